#include "byte_reader.hpp"

#include <fmt/core.h>

#include "amt/midi/midi_error.hpp"

namespace amt {

void reject(const char* reason, std::size_t offset) {
  throw MidiError(fmt::format("{} at byte {}", reason, offset));
}

}  // namespace amt
