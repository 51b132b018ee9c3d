// The names in a pickle: of opcodes that are refused, of globals that are not.
#pragma once

#include <string>
#include <string_view>

#include "pickle.hpp"

namespace amt {

/// As Python's pickletools call it: "INST"; "0xff" for a byte that is none.
std::string opcode_name(unsigned char opcode);

/// The value for module.name. Malformed naming it if it is not one of those that a dictionary of
/// tensors needs.
PickleValue pickle_global(std::string_view module, std::string_view name);

}  // namespace amt
