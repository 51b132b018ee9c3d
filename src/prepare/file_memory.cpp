#include "file_memory.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/base/strings.hpp"
#include "amt/tokens/events.hpp"

namespace amt {
namespace {

// Bytes per element, from the structures in midi/ and tokens/.
constexpr std::uint64_t kMessage = 8;                      // Message; twice with several tracks
constexpr std::uint64_t kNote = 24 + 4;                    // Note and its entry in NotePairing
constexpr std::uint64_t kEvent = sizeof(Event);            // an event of a piece
constexpr std::uint64_t kLine = 96;                        // --compound's text, including growth
constexpr std::uint64_t kMargin = std::uint64_t{1} << 20;  // an hour's rests, tracks, rounding

}  // namespace

std::uint64_t memory_of_file(std::uint64_t bytes, const MidiCounts& counts,
                             const PrepareOptions& options) {
  const std::uint64_t messages = kMessage * counts.messages * (counts.tracks > 1 ? 2 : 1);
  const std::uint64_t notes = kNote * counts.note_ons;
  // The stages follow each other: messages become notes, notes become text and then a piece, a
  // piece becomes rows.
  std::uint64_t most = std::max(messages + notes, notes + kEvent * counts.note_ons);
  if (!options.compound.empty()) most = std::max(most, notes + kLine * counts.note_ons);
  const Encoding& encoding = options.encoding();
  most = std::max(most, encoding.bytes_per_note * counts.note_ons);
  return bytes + kMargin + most + encoding.bytes_per_message * counts.notes;
}

std::uint64_t memory_of_file(std::uint64_t bytes, const PrepareOptions& options) {
  // A message takes at least two bytes, a note's message at least three.
  return memory_of_file(bytes, {2, bytes / 2, bytes / 3, bytes / 3}, options);
}

std::uint64_t most_for_a_file(std::uint64_t memory) { return kFileMemory + memory / 2; }

std::string too_large_reason(std::uint64_t bytes) {
  const std::uint64_t memory = 2 * (bytes - kFileMemory);
  return fmt::format("{} (about {}: give --memory {}MB)", kTooLarge, format_bytes(bytes),
                     memory / (1 << 20) + 1);
}

}  // namespace amt
