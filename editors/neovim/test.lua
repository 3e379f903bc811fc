-- Drives `rulec lsp` as Neovim does: open, diagnostics, completion, hover, rename, code action, formatting.
-- nvim --headless --clean -l works from 0.9 on; with older versions: nvim --headless --clean -c 'luafile editors/neovim/test.lua'
-- RULEC names the program.

local rulec = assert(os.getenv('RULEC'), 'RULEC names the program')
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local folder = vim.fn.tempname()
vim.fn.mkdir(folder, 'p')
for _, name in ipairs({ 'rulec.toml', 'base.yaml', 'local.yaml' }) do
  vim.fn.writefile(vim.fn.readfile(here .. '/../vscode/test/vscode/workspace/' .. name), folder .. '/' .. name)
end

local function wait(what, good)
  assert(vim.wait(10000, good, 50), what .. ' did not come')
end

local client
local function open(name)
  vim.cmd('edit ' .. vim.fn.fnameescape(folder .. '/' .. name))
  local buffer = vim.api.nvim_get_current_buf()
  client = client or vim.lsp.start_client({ name = 'rulec', cmd = { rulec, 'lsp' }, root_dir = folder })
  vim.lsp.buf_attach_client(buffer, client)
  wait('the server', function() return vim.lsp.buf_get_clients(buffer)[client] ~= nil end)
  return buffer
end

local function text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), '\n')
end

-- Puts the cursor on the last character of a text.
local function go(buffer, part)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, true)) do
    local _, last = line:find(part, 1, true)
    if last then return vim.api.nvim_win_set_cursor(0, { number, last - 1 }) end
  end
  error(part .. ' is not there')
end

local function has(buffer, code)
  for _, found in ipairs(vim.diagnostic.get(buffer)) do
    if (found.code or (found.user_data and found.user_data.lsp and found.user_data.lsp.code)) == code then return true end
  end
  return false
end

local function ask(buffer, method, params)
  local answers, failure = vim.lsp.buf_request_sync(buffer, method, params, 10000)
  assert(answers, method .. ': ' .. tostring(failure))
  local answer = answers[client]
  assert(answer and not answer.err, method .. ': ' .. vim.inspect(answer))
  return answer.result
end

local encoding = 'utf-16'
local tests = {
  { 'diagnostics', function(buffer)
    wait('unknown-field', function() return has(buffer, 'unknown-field') end)
    assert(not has(buffer, 'undefined-macro'), 'the other file counts')
  end },
  { 'completion', function(buffer)
    go(buffer, 'and ct.us')
    local params = vim.lsp.util.make_position_params(0, encoding)
    params.position.character = params.position.character + 1
    local labels = {}
    local result = ask(buffer, 'textDocument/completion', params)
    for _, item in ipairs(result.items or result) do labels[item.label] = true end
    assert(labels['ct.user'], vim.inspect(vim.tbl_keys(labels)))
  end },
  { 'hover', function(buffer)
    go(buffer, 'and succ')
    local result = ask(buffer, 'textDocument/hover', vim.lsp.util.make_position_params(0, encoding))
    assert(vim.inspect(result.contents):find('ct.error', 1, true), vim.inspect(result))
  end },
  { 'rename', function(buffer)
    go(buffer, 'and succ')
    vim.lsp.buf.rename('worked')
    wait('the new name', function() return text(buffer):find('and worked and', 1, true) end)
    local base = vim.fn.bufnr(folder .. '/base.yaml')
    assert(base > 0 and text(base):find('- macro: worked', 1, true), 'renamed in the other file')
  end },
  { 'code action', function(buffer)
    go(buffer, 'ct.us')
    local params = vim.lsp.util.make_range_params(0, encoding)
    params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buffer) }
    for _, action in ipairs(ask(buffer, 'textDocument/codeAction', params)) do
      if not action.edit and action.data then action = ask(buffer, 'codeAction/resolve', action) end
      if action.edit and vim.inspect(action.edit):find('ct.user', 1, true) then
        vim.lsp.util.apply_workspace_edit(action.edit, encoding)
        break
      end
    end
    assert(text(buffer):find('and ct.user exists', 1, true), text(buffer))
    wait('no unknown-field', function() return not has(buffer, 'unknown-field') end)
  end },
  { 'formatting', function(buffer)
    go(buffer, '  priority:')
    vim.api.nvim_set_current_line('  priority:     CRITICAL')
    if vim.lsp.buf.format then vim.lsp.buf.format({ async = false }) else vim.lsp.buf.formatting_sync() end
    assert(text(buffer):find('\n  priority: CRITICAL', 1, true), text(buffer))
  end },
}

local function main()
  vim.o.swapfile = false
  vim.o.hidden = true
  local buffer = open('local.yaml')
  local failed = 0
  for _, test in ipairs(tests) do
    local good, failure = pcall(test[2], buffer)
    io.stdout:write((good and 'ok ' or 'not ok ') .. test[1] .. (good and '' or '\n  ' .. tostring(failure)) .. '\n')
    if not good then failed = failed + 1 end
  end
  vim.lsp.stop_client(client)
  wait('the end of the server', function() return vim.lsp.client_is_stopped(client) end)
  return failed
end

local good, failed = pcall(main)
if not good then io.stdout:write('not ok: ' .. tostring(failed) .. '\n') end
vim.fn.delete(folder, 'rf')
vim.cmd((good and failed == 0) and 'qall!' or 'cquit')
