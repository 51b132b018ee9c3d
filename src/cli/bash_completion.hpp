// The completion of amt's commands and options in bash, from the tables that --help is made from.
#pragma once

#include <string>

#include "command_line.hpp"

namespace amt {

/// A script to be sourced is the head, what bash_completion() says of each command, and the tail.
std::string bash_completion_head();
std::string bash_completion(const CommandLine& line);
std::string bash_completion_tail();

}  // namespace amt
