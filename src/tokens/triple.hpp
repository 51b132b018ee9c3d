// Three tokens of the arrival encoding, decoded.
#pragma once

#include <cstdint>
#include <span>
#include <tuple>

#include "amt/tokens/vocabulary.hpp"

namespace amt {

struct Triple {
  enum class Kind : std::uint8_t { kNote, kPause, kBoundary };
  Kind kind = Kind::kBoundary;
  bool control = false;        ///< set for notes only
  std::uint32_t time = 0;      ///< ticks
  std::uint32_t duration = 0;  ///< ticks
  std::uint8_t instrument = 0, pitch = 0;
};

/// Decodes three tokens into `triple` and returns kTripleTokens, or the index of the first token
/// that is not allowed in its position; `triple` is then unspecified. A rest has no duration.
inline int read_triple(std::span<const Token, kTripleTokens> tokens, Triple& triple) {
  const auto [time, duration, note] = std::tuple(int{tokens[0]}, int{tokens[1]}, int{tokens[2]});
  if (time == kSeparator) {
    triple = {};
    if (duration != kSeparator) return 1;
    return note == kSeparator ? kTripleTokens : 2;
  }
  triple.control = time >= kControlOffset;
  const int offset = triple.control ? kControlOffset : 0;
  const int ticks = time - offset, length = duration - offset - kDurationOffset;
  const int sound = note - offset - kNoteOffset;
  if (ticks >= kMaxTime) return 0;
  if (length < 0 || length >= kMaxDuration) return 1;
  const bool rest = note == kRest && !triple.control;
  if (rest && length != 0) return 1;
  if (!rest && (sound < 0 || sound >= kPitches * kInstruments)) return 2;
  triple.kind = rest ? Triple::Kind::kPause : Triple::Kind::kNote;
  triple.time = static_cast<std::uint32_t>(ticks);
  triple.duration = static_cast<std::uint32_t>(length);
  triple.instrument = static_cast<std::uint8_t>(rest ? 0 : sound / kPitches);
  triple.pitch = static_cast<std::uint8_t>(rest ? 0 : sound % kPitches);
  return kTripleTokens;
}

}  // namespace amt
