//! Texts that do harm in FreeSWITCH, if they are let: whole ones, and pieces to throw together.

use super::dice::Dice;

/// Pieces that mean something to FreeSWITCH, and what may stand between them.
const PIECES: [&str; 60] = [
    "${",
    "$",
    "$$",
    "$${",
    "{",
    "}",
    "\\",
    "\\\\",
    "\\'",
    "\\$",
    "\\n",
    "\\s",
    "'",
    "\"",
    "`",
    "system(touch /tmp/x)",
    "system touch /tmp/x",
    "bina_nome",
    "caller_id_number",
    ":0:1",
    "(",
    ")",
    "<X-PRE-PROCESS cmd=\"exec\" data=\"id\"/>",
    "X-PRE-PROCESS",
    "<!--#exec id-->",
    "<!--#set \"a=b\"-->",
    "<?",
    "<include>",
    "</include>",
    "</work>",
    "<execute application=\"system\"/>",
    "</section>",
    "]]>",
    "<![CDATA[",
    "&#36;",
    "&#x24;",
    "&amp;",
    "&lt;",
    "&",
    ";",
    "#",
    "%24%7B",
    "%[",
    "%{",
    "^^",
    "^^|",
    "|",
    "|:",
    "ARRAY::",
    "=",
    ",",
    "\n",
    "\r",
    "\t",
    " ",
    "$1",
    "../",
    "file_string://",
    "!",
    "é",
];

/// Whole texts that would run, choose a context, or take the place of a field.
pub(crate) const WHOLE: [&str; 16] = [
    "${system(touch /tmp/x)}",
    "$${system(touch /tmp/x)}",
    "\\${system(touch /tmp/x)}",
    "$\\'{system(touch /tmp/x)}",
    "$\\\\{system(touch /tmp/x)}",
    "&#36;{system(touch /tmp/x)}",
    "${${system(touch /tmp/x)}}",
    "1000 XML default",
    "'system:touch /tmp/x' inline x",
    "-both 1000 XML default",
    "x|bina_alerta=1|execute_on_answer=system touch /tmp/x|bina_end=1",
    "%[execute_on_answer='system touch /tmp/x']x",
    "x\"/><action application=\"system\" data=\"touch /tmp/x\"/><action application=\"log\" data=\"",
    "</bina_nome><bina_end>0</bina_end><execute_on_answer>system touch /tmp/x</execute_on_answer>",
    "37988242968&caller=37999450812#",
    "37988242968\n1000",
];

/// A text thrown together, or one of the whole ones.
pub(crate) fn text(dice: &mut Dice, pieces_max: usize) -> String {
    if dice.one_in(4) {
        return WHOLE[dice.below(WHOLE.len())].to_owned();
    }
    (0..=dice.below(pieces_max)).map(|_| PIECES[dice.below(PIECES.len())]).collect()
}
