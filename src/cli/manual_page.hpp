// Manual pages in the man(7) macros, generated from the same tables as --help.
#pragma once

#include <string>

#include "command_line.hpp"

namespace amt {

std::string manual_page();                         ///< amt(1)
std::string manual_page(const CommandLine& line);  ///< for one command, such as amt-train(1)

}  // namespace amt
