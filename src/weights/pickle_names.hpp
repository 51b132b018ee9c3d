// Names in a pickle: of refused opcodes, for messages, and of accepted globals.
#pragma once

#include <string>
#include <string_view>

#include "pickle.hpp"

namespace amt {

/// The name in Python's pickletools: "INST"; "0xff" for a byte that is not an opcode.
std::string opcode_name(unsigned char opcode);

/// The value for module.name. Malformed naming it if a dictionary of tensors does not need it.
PickleValue pickle_global(std::string_view module, std::string_view name);

}  // namespace amt
