-- The reference conversation as a state machine: the state is a table that the host can encode.
local BUTTONS = {"Prices", "Book a demo", "Talk to a human"}
local WORDS = {{"prices", "price", "cost"}, {"book a demo", "demo", "show me"}, {"talk to a human", "human", "agent"}}
local ANSWERS = {"Our plans start at $49 a month.", "A demo takes 20 minutes.", "A person will join soon."}

local function button(text)
  local words = text:match("^%s*(.-)%s*$"):lower()
  for i = 1, 3 do
    local known = WORDS[i]
    for j = 1, 3 do if known[j] == words then return i end end
  end
end

local function finish(c)
  send("Bye, " .. c.name .. "!")
  done()
  c.at = "done"
end

local at = {}

function at.new(c)
  c.name = contact_name()
  ask("Hi " .. c.name .. "! What brings you here today?", BUTTONS)
  c.at = "greeting"
end

function at.greeting(c, kind, text)
  local branch = button(text)
  if branch then
    c.branch = branch
    c.tries = 0
    send(ANSWERS[branch])
    send("What is the best phone number to reach you?")
    c.at = "phone"
    return
  end
  c.tries = c.tries + 1
  if c.tries > 3 then return finish(c) end
  ask("Sorry, I did not get that. Pick one of the buttons:", BUTTONS)
end

function at.phone(c, kind, text)
  if is_phone(text) then
    c.phone = text
    set(text)
    tag("qualified")
    note("Phone " .. text .. ", interested in " .. BUTTONS[c.branch])
    stage()
    if budget() > 1000 then send("Great, a senior manager will call you.")
    else send("Great, we will text you the details.") end
    c.at = "race"
    return
  end
  c.tries = c.tries + 1
  if c.tries > 3 then return finish(c) end
  send("That does not look like a phone number. Try again, e.g. +1 202 555 0100.")
end

function at.race(c, kind)
  if kind == "timer" then send("Just checking in: we will call you shortly.")
  else send("Thanks for the quick reply! We are on it.") end
  finish(c)
end

return function(c, kind, text) return at[c.at](c, kind, text) end
