-- The dialplan in Lua: bina.lua as its own first lines say, and an exten for calls of extensions.conf.
local loaded, bina = pcall(dofile, "@DIALPLAN@/bina.lua")

extensions = {}

extensions["bina-lua"] = {
    lookup = function()
        bina.lookup(channel.ARG1:get())
        app.Return()
    end,
    play = function()
        bina.play()
        app.Return()
    end,
}

local function entry(loaded, bina)
    return function(context, exten)
        if loaded then bina.lookup(exten); bina.play() end
        return app.Goto("atendimento", exten, 1)
    end
end

extensions["entrada-lua"] = { ["_X."] = entry(loaded, bina) }
extensions["lua-sem-bina"] = { ["_X."] = entry(pcall(dofile, "@DIALPLAN@/there-is-no-bina.lua")) }
