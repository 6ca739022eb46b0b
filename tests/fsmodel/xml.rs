//! Parses XML as leniently as FreeSWITCH does, and returns what it has when something is wrong.

/// An element.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Self>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The children called `name`.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child called `name` whose attribute `name` is `value`, in any case.
    pub fn named(&self, name: &str, value: &str) -> Option<&Self> {
        self.children.iter().find(|child| {
            child.name == name
                && child.attribute("name").is_some_and(|own| own.eq_ignore_ascii_case(value))
        })
    }
}

/// What came of a document: the tree as far as it was read, and what stopped the reading.
#[derive(Debug, Default)]
pub struct Parsed {
    pub root: Element,
    pub trouble: Option<String>,
}

/// Parses `text`.
pub fn parse(text: &str) -> Parsed {
    let mut parser = Parser { rest: text, open: Vec::new(), root: None };
    let trouble = parser.run().err();
    // What was not closed still hangs together.
    while let Some(element) = parser.open.pop() {
        parser.attach(element);
    }
    Parsed { root: parser.root.unwrap_or_default(), trouble }
}

struct Parser<'t> {
    rest: &'t str,
    open: Vec<Element>,
    root: Option<Element>,
}

impl<'t> Parser<'t> {
    fn run(&mut self) -> Result<(), String> {
        let start = self.rest.find('<').ok_or("root tag missing")?;
        self.rest = &self.rest[start + 1..];
        loop {
            self.markup()?;
            let Some(next) = self.rest.find('<') else { break };
            let text = decoded(&self.rest[..next], false);
            if let Some(element) = self.open.last_mut() {
                element.text.push_str(&text);
            }
            self.rest = &self.rest[next + 1..];
        }
        match self.open.last() {
            Some(element) => Err(format!("unclosed tag <{}>", element.name)),
            None if self.root.is_none() => Err("root tag missing".to_owned()),
            None => Ok(()),
        }
    }

    /// Reads what stands behind a `<`, to its `>`.
    fn markup(&mut self) -> Result<(), String> {
        let first = self.rest.chars().next().unwrap_or('\0');
        if first.is_alphabetic() || first == '_' || first == ':' || !first.is_ascii() {
            return self.tag();
        }
        if let Some(rest) = self.rest.strip_prefix('/') {
            let end = rest.find('>').ok_or("missing >")?;
            self.rest = &rest[end + 1..];
            return self.close(rest[..end].trim_end());
        }
        let (skipped, end) = match first {
            '!' if self.rest.starts_with("!--") => (3, "-->"),
            '!' if self.rest.starts_with("![CDATA[") => (8, "]]>"),
            '!' if self.rest.starts_with("!DOCTYPE") => (8, ">"),
            '?' => (1, "?>"),
            _ => return Err("unexpected <".to_owned()),
        };
        let inner = &self.rest[skipped..];
        let at = inner.find(end).ok_or_else(|| format!("unclosed <{}", &self.rest[..skipped]))?;
        // FreeSWITCH ends a comment at its first two hyphens, and accepts only a > behind them.
        if end == "-->" && inner.find("--").is_some_and(|hyphens| hyphens < at) {
            return Err("unclosed <!--".to_owned());
        }
        if end == "]]>"
            && let Some(element) = self.open.last_mut()
        {
            element.text.push_str(&inner[..at]);
        }
        self.rest = &inner[at + end.len()..];
        Ok(())
    }

    fn tag(&mut self) -> Result<(), String> {
        if self.open.is_empty() && self.root.is_some() {
            return Err("markup outside of root element".to_owned());
        }
        let mut element =
            Element { name: self.until(&[' ', '\t', '\r', '\n', '/', '>']), ..Element::default() };
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next() {
                None => return Err("missing >".to_owned()),
                Some('/') => {
                    self.rest = self.rest[1..].strip_prefix('>').ok_or("missing >")?;
                    self.attach(element);
                    return Ok(());
                }
                Some('>') => {
                    self.rest = &self.rest[1..];
                    self.open.push(element);
                    return Ok(());
                }
                Some(_) => {
                    let attribute = self.attribute()?;
                    element.attributes.push(attribute);
                }
            }
        }
    }

    fn attribute(&mut self) -> Result<(String, String), String> {
        let name = self.until(&[' ', '\t', '\r', '\n', '=', '/', '>']);
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n', '=']);
        let Some(quote) = self.rest.chars().next().filter(|c| *c == '"' || *c == '\'') else {
            if name.is_empty() {
                return Err("an attribute without a name".to_owned());
            }
            return Ok((name, String::new()));
        };
        let (value, rest) =
            self.rest[1..].split_once(quote).ok_or_else(|| format!("missing {quote}"))?;
        self.rest = rest;
        Ok((name, decoded(value, true)))
    }

    fn until(&mut self, ends: &[char]) -> String {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        if self.open.last().is_none_or(|element| element.name != name) {
            return Err(format!("unexpected closing tag </{name}>"));
        }
        let element = self.open.pop().expect("it was looked at");
        self.attach(element);
        Ok(())
    }

    fn attach(&mut self, element: Element) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }
}

/// Decodes character references and the five entities; what is none of them stays as it is.
fn decoded(text: &str, in_attribute: bool) -> String {
    const ENTITIES: [(&str, char); 5] =
        [("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("apos;", '\''), ("amp;", '&')];
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '&' {
            if let Some((value, after)) = reference(rest) {
                out.push(value);
                rest = after;
                continue;
            }
            let entity = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
            if let Some((name, value)) = entity {
                out.push(*value);
                rest = &rest[name.len()..];
                continue;
            }
        }
        out.push(if in_attribute && c.is_ascii_whitespace() { ' ' } else { c });
    }
    out
}

/// Reads `#60;` or `#x3c;`.
fn reference(text: &str) -> Option<(char, &str)> {
    let (code, after) = text.strip_prefix('#')?.split_once(';')?;
    let value = match code.strip_prefix('x') {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => code.parse(),
    };
    let value = char::from_u32(value.ok()?).filter(|c| *c != '\0')?;
    Some((value, after))
}
