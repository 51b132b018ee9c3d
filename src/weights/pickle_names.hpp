// The names of opcodes, for messages, and of the globals that a pickle may use.
#pragma once

#include <string>
#include <string_view>

#include "pickle.hpp"

namespace amt {

/// Returns the name in Python's pickletools, such as "INST"; "0xff" for a byte that is not an
/// opcode.
std::string opcode_name(unsigned char opcode);

/// Returns the value for module.name. Throws Malformed naming it if a dictionary of tensors does
/// not need it.
PickleValue pickle_global(std::string_view module, std::string_view name);

}  // namespace amt
