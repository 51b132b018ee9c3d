#include "byte_reader.hpp"

#include "amt/base/strings.hpp"
#include "amt/midi/midi_error.hpp"

namespace amt {

void refuse(const char* reason, std::size_t offset) {
  throw MidiError(str_cat(reason, " at byte ", offset));
}

}  // namespace amt
