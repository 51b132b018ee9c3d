// Which meta events are accepted, and what they do (docs/spec/preprocessing.md 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "byte_reader.hpp"
#include "message.hpp"

namespace amt {

/// The message of a meta event of `type` with `payload`. MidiError with `offset`, the place of the
/// event in the file, if mido 1.2.10 rejects it.
MessageBody meta_message(Byte type, std::span<const Byte> payload, std::size_t offset);

}  // namespace amt
