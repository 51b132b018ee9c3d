#include "option_lines.hpp"

namespace amt {

std::vector<OptionLine> option_lines(const CommandLine& line) {
  std::vector<OptionLine> lines;
  if (line.takes_config) {
    lines.push_back(
        {"config", "FILE",
         "INI file with the settings below: [section] key = value; may be given only once"});
  }
  for (const Option& option : line.table->options()) {
    if (option.is_flag) {
      lines.push_back({option.name, "", option.help});
      continue;
    }
    const std::string now = option.get();
    lines.push_back({option.name, "X", option.help + (now.empty() ? "" : " [" + now + "]")});
  }
  return lines;
}

}  // namespace amt
