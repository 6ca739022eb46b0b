-- bina.lua: bina.conf for those who write their dialplan in Lua (pbx_lua, Lua 5.1).
--
-- Install: copy to /etc/asterisk/bina.lua and write at the top of extensions.lua
--
--   local loaded, bina = pcall(dofile, "/etc/asterisk/bina.lua")
--
-- (pcall: if the file is missing or broken, your dialplan goes on without it). `sudo asterisk -rx
-- "module reload pbx_lua"`. Use, anywhere BEFORE app.Answer():
--
--   ["_X."] = function(context, exten)
--       if loaded then bina.lookup(exten); bina.play() end
--       return app.Goto("atendimento", exten, 1)    -- where your calls went before
--   end
--
-- lookup: its argument is the number that was called; without it, it is FROM_DID (FreePBX) or CALLERID(dnid). The table it
-- returns has all fields by their names in bina's answer, status, alerta, prompt and so on, and the
-- channel has them as the BINA_ variables of README.md, every one on every way out. It answers nothing,
-- plays nothing, changes neither language nor caller ID.
-- play: when there is a prompt, it answers, plays it in pt_BR (or BINA_LANGUAGE) and gives the call the
-- language back that it had.
-- BINA_URL, BINA_TRUNK, BINA_LANGUAGE and BINA_EARLY are yours to set: bina.conf explains them.
-- To undo: delete the two lines with `bina`.
--
-- What happens when bina
--   - answers:              Asterisk's service of Lua adds up to 0.1 s to what bina takes;
--   - is stopped:           the call goes on after as much, BINA_STATUS=unavailable;
--   - is silent or frozen:  the same after 1.2 s, the longest a call can be held here;
--   - is another program:   what is not one whole answer of bina's counts as nothing.
-- If you raise lookup.deadline_ms in bina.toml, raise TOTAL_S below to deadline + 0.4.
--
-- Modules: pbx_lua, res_curl, func_curl, func_callerid. Without func_curl: BINA_STATUS=unavailable.
-- Where bina listens: http://127.0.0.1:8573, or BINA_URL in [globals] of extensions.conf (a number,
-- no slash at the end).
--
-- How it is built, for those who change it. A caller ID, and an answer that does not come from bina,
-- may hold anything. Lua's own strings are harmless; text becomes dangerous as an argument of an
-- application or a function. So what is written into a URL is percent-encoded, and a value
-- leaves only through its alphabet: no quote, bracket, comma, semicolon, $ or newline.

local CONNECT_S, TOTAL_S, FIELDS_MAX = "0.4", "1.2", 90

-- The brackets that a number may have: none, or pairs of them.
local BRACKETS = { [""] = true, ["()"] = true, ["()()"] = true }

-- Name of the field, its neutral value, and what may NOT be in it. \128-\255 are the letters of UTF-8.
local FIELDS = {
    { "status", "unavailable", "[^a-z_]" },
    { "source", "none", "[^a-z_]" },
    { "alerta", "0", "[^0-9]" },
    { "prompt", "", "[^A-Za-z0-9_/.:&%-]" },
    { "rule", "", "[^A-Za-z0-9_%-]" },
    { "route", "", "[^A-Za-z0-9_%-]" },
    { "nome", "", "[^A-Za-z0-9 _/.+%-\128-\255]" },
    { "codigo_cliente", "", "[^0-9]" },
    { "id_cliente", "", "[^0-9]" },
    { "servico_status", "", "[^A-Za-z0-9_/.%-]" },
    { "conectado", "", "[^01]" },
    { "mensagem", "", "[^A-Za-z0-9 _/.+%-\128-\255]" },
    { "avisado", "", "[^01]" },
    { "previsao", "", "[^0-9h_%-]" },
    { "matches", "0", "[^0-9]" },
    { "telefone", "", "[^0-9]" },
}

-- A variable or function of the channel; empty when it is not there.
local function read(name)
    return channel[name]:get() or ""
end

-- Digits and plus signs as they may stand in a URL.
local function number(text)
    return (text:gsub("[^0-9+]", ""):gsub("%+", "%%2B"))
end

-- Who is calling. Empty ("nothing to look up") when the caller hides the number, or when it has a character
-- that no telephone number has. What is left, such as +55 (37) 98824-2968 or 37.98824.2968F, is passed on
-- as it is, and bina decides whether it is a number. (What stands behind a ; Asterisk has removed.)
local function caller()
    if read("CALLERID(num-pres)"):sub(1, 7) ~= "allowed" then return "" end
    local id = read("CALLERID(num)")
    if id:find("[^0-9+ ().Ff%-]") or id:find("^ ") or id:find(" $") then return "" end
    if not BRACKETS[id:gsub("[^()]", "")] then return "" end
    return (id:gsub("[^A-Za-z0-9._%-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

-- What is at that address; CURLOPTs would last for the rest of the call, so yours are put back.
-- What was not set before goes back to the defaults: 0 (libcurl's own), 180 s, no.
local function fetch(url)
    local kept = {}
    for option, default in pairs({ conntimeout = "0", httptimeout = "180", hashcompat = "no" }) do
        local value = read("CURLOPT(" .. option .. ")")
        kept[option] = value ~= "" and value or default
    end
    channel["CURLOPT(conntimeout)"]:set(CONNECT_S)
    channel["CURLOPT(httptimeout)"]:set(TOTAL_S)
    channel["CURLOPT(hashcompat)"]:set("no")
    local body = read("CURL(" .. url .. ")")
    for option, value in pairs(kept) do
        channel["CURLOPT(" .. option .. ")"]:set(value)
    end
    return body
end

-- The fields of bina's answer, or nothing when it is not bina's or not whole: bina percent-encodes, and
-- its last field is end=1 (CURL returns a truncated body, and an error page, too).
local function take_apart(body)
    if body:find("[^A-Za-z0-9%%&=_.~/+%-]") or body:sub(-6) ~= "&end=1" then return nil end
    if select(2, body:gsub("&", "")) >= FIELDS_MAX then return nil end
    local fields = {}
    for key, value in body:gmatch("([a-z_]+)=([^&]*)") do
        fields[key] = value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    end
    return fields["end"] == "1" and fields or nil
end

local function ask(called)
    local base, did = read("BINA_URL"), called or ""
    if base == "" then base = "http://127.0.0.1:8573" end
    if did == "" then did = read("FROM_DID") end
    if did == "" then did = read("CALLERID(dnid)") end
    local trunk = read("BINA_TRUNK"):gsub("[^A-Za-z0-9_.:%[%]%-]", "")
    local query = "caller=" .. caller() .. "&did=" .. number(did) .. "&trunk=" .. trunk
    return take_apart(fetch(base .. "/asterisk?" .. query))
end

local bina = {}

-- Queries bina for the caller. Never raises an error, and never takes longer than TOTAL_S.
function bina.lookup(called)
    -- While a channel is served in the background (pbx_lua begins with that), each touch of a
    -- variable waits up to 10 ms for the service to pause, which makes 0.4 s of a lookup. CURL
    -- serves the channel by itself while it waits.
    local served = autoservice_status()
    if served then autoservice_stop() end
    local answer = {}
    for _, field in ipairs(FIELDS) do
        local key, neutral = field[1], field[2]
        answer[key] = neutral
        channel["BINA_" .. key:upper()]:set(neutral)
    end
    local asked, fields = pcall(ask, called)
    if asked and fields then
        for _, field in ipairs(FIELDS) do
            local key, never = field[1], field[3]
            answer[key] = (fields[key] or ""):gsub(never, "")
        end
        answer.alerta = answer.alerta:find("^0*1$") and "1" or "0"
        answer.matches = ("0" .. answer.matches):gsub("^0+(%d)", "%1")
        for key, value in pairs(answer) do
            channel["BINA_" .. key:upper()]:set(value)
        end
    end
    local line = "bina: %s source=%s alerta=%s prompt=%s"
    app.NoOp(line:format(answer.status, answer.source, answer.alerta, answer.prompt))
    if served then autoservice_start() end
    return answer
end

-- Plays what the lookup has found to play, in the recordings' language; then the call has its own again.
function bina.play()
    local prompt, spoken, kept = read("BINA_PROMPT"), read("BINA_LANGUAGE"), read("CHANNEL(language)")
    if prompt == "" then return end
    -- Before the answer, where the trunk lets the caller hear that.
    local early = read("BINA_EARLY") == "1"
    if early then app.Progress() else app.Answer() end
    channel["CHANNEL(language)"]:set(spoken ~= "" and spoken or "pt_BR")
    -- A missing file is a warning in the log and PLAYBACKSTATUS=FAILED; the call goes on all the same.
    app.Playback(prompt .. (early and ",noanswer" or ""))
    channel["CHANNEL(language)"]:set(kept)
end

return bina
