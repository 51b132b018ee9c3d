// Manual pages in the macros of man(7), from the tables that --help is made from.
#pragma once

#include <string>

#include "command_line.hpp"

namespace amt {

std::string manual_page();                         ///< amt(1)
std::string manual_page(const CommandLine& line);  ///< of a command: amt-train(1)

}  // namespace amt
