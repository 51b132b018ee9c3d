// Accepts or rejects meta events and converts them to messages (docs/spec/preprocessing.md 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "byte_reader.hpp"
#include "message.hpp"

namespace amt {

/// Converts a meta event of `type` with `payload` to a message. Throws a MidiError naming `offset`,
/// the event's position in the file, if mido 1.2.10 rejects it.
MessageBody meta_message(Byte type, std::span<const Byte> payload, std::size_t offset);

}  // namespace amt
