// The options of a command as its help, its manual page and the shell's completion list them.
#pragma once

#include <string>
#include <vector>

#include "command_line.hpp"

namespace amt {

struct OptionLine {
  std::string name;   ///< without its dashes
  std::string value;  ///< what stands for its value, "" if it takes none
  std::string help;   ///< ends with the default in brackets where there is one
};

/// All but --help, in the order of the table.
std::vector<OptionLine> option_lines(const CommandLine& line);

/// What holds for the options of every command.
inline constexpr const char* kOptionRules =
    "If an option is given twice, the last one counts. Arguments after -- are not options.";

}  // namespace amt
