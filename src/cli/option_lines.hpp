// The options of a command, as listed in its help, its manual page and the shell's completion.
#pragma once

#include <string>
#include <vector>

#include "command_line.hpp"

namespace amt {

struct OptionLine {
  std::string name;   ///< without the dashes
  std::string value;  ///< placeholder for the value, "" if it takes none
  std::string help;   ///< ends with the default in brackets, if there is one
};

/// Returns all options except --help, in the order of the table.
std::vector<OptionLine> option_lines(const CommandLine& line);

/// Rules that apply to the options of every command.
inline constexpr const char* kOptionRules =
    "If an option is given twice, the last one counts. Arguments after -- are not options.";

}  // namespace amt
