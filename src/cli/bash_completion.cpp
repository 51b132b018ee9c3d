#include "bash_completion.hpp"

#include <fmt/core.h>

#include "commands.hpp"
#include "option_lines.hpp"

namespace amt {

std::string bash_completion_head() {
  std::string names;
  for (const Command& command : kCommands) names += std::string(command.name) + ' ';
  return fmt::format(
      R"(# Bash completion for amt: its commands, then a command's options or file names.
_amt() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} words=""
  if [ "$COMP_CWORD" = 1 ]; then
    words="{}--help --version"
  elif [[ $word == -* ]]; then
    case ${{COMP_WORDS[1]}} in
)",
      names);
}

std::string bash_completion_tail() {
  return R"(    esac
  fi
  # shellcheck disable=SC2207
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _amt amt
)";
}

std::string bash_completion(const CommandLine& line) {
  std::string words = "--help";
  for (const OptionLine& option : option_lines(line)) words += " --" + option.name;
  return fmt::format("      {}) words=\"{}\" ;;\n", line.command, words);
}

}  // namespace amt
