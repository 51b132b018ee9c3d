// Generates bash completion for amt's commands and options, from the same tables as --help.
#pragma once

#include <string>

#include "command_line.hpp"

namespace amt {

/// A completion script consists of the head, bash_completion() of each command, and the tail.
std::string bash_completion_head();
std::string bash_completion(const CommandLine& line);
std::string bash_completion_tail();

}  // namespace amt
