// The two vocabularies of the Anticipatory Music Transformer (arXiv 2306.08620), and the rows that
// models are trained on.
//
// arrival: a row consists of a flag (AUTOREGRESS or ANTICIPATE) and 341 triples (time, duration,
// note) of events, controls, rests and separators. interarrival: 1024 tokens of a smaller
// vocabulary.
#pragma once

#include <array>
#include <cstdint>

namespace amt {

using Token = std::uint16_t;

inline constexpr int kContextLength = 1024;  ///< tokens in a row
using Row = std::array<Token, kContextLength>;

inline constexpr int kTimeResolution = 100;  ///< ticks per second
inline constexpr int kMaxTime = 10000;       ///< ticks; time tokens represent less than 100 s
inline constexpr int kMaxDuration = 1000;    ///< ticks; duration tokens represent less than 10 s
inline constexpr int kPitches = 128;
inline constexpr int kInstruments = 129;  ///< 128 programs and the drums
inline constexpr int kDrums = 128;        ///< the instrument of channel 10

// arrival: events are [0, 27512], controls are the same, shifted by 27513.
inline constexpr int kTripleTokens = 3;  ///< time, duration, note
inline constexpr int kTriplesPerRow = (kContextLength - 1) / kTripleTokens;  ///< after the flag
inline constexpr int kTimeOffset = 0;
inline constexpr int kDurationOffset = kTimeOffset + kMaxTime;
inline constexpr int kNoteOffset = kDurationOffset + kMaxDuration;
inline constexpr int kRest = kNoteOffset + kPitches * kInstruments;
inline constexpr int kControlOffset = kRest + 1;
inline constexpr int kSpecialOffset =
    2 * kControlOffset - 1;  // there is no rest among the controls
inline constexpr int kSeparator = kSpecialOffset;
inline constexpr int kAutoregress = kSpecialOffset + 1;
inline constexpr int kAnticipate = kSpecialOffset + 2;
inline constexpr int kArrivalVocabulary = kSpecialOffset + 3;

// interarrival: a time shift [0, 1000), note on, note off, separator.
inline constexpr int kMaxInterarrival = 1000;
inline constexpr int kMidiOnOffset = kMaxInterarrival;
inline constexpr int kMidiOffOffset = kMidiOnOffset + kPitches * kInstruments;
inline constexpr int kMidiSeparator = kMidiOffOffset + kPitches * kInstruments;
inline constexpr int kInterarrivalVocabulary = kMidiSeparator + 1;

static_assert(kRest == 27512 && kControlOffset == 27513 && kSeparator == 55025);
static_assert(kArrivalVocabulary == 55028 && kMidiOffOffset == 17512);
static_assert(1 + kTriplesPerRow * kTripleTokens == kContextLength);
static_assert(kMidiSeparator == 34024 && kInterarrivalVocabulary == 34025);

}  // namespace amt
