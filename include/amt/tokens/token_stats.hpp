// Statistics of tokenised files.
#pragma once

#include <cstdint>

namespace amt {

/// The counts that the reference prints at the end, and the amount of music.
struct TokenStats {
  std::uint64_t sequences = 0;             ///< rows emitted
  std::uint64_t rests = 0;                 ///< inserted, in all augmented copies
  std::uint64_t too_short = 0;             ///< files
  std::uint64_t too_long = 0;              ///< files
  std::uint64_t too_many_instruments = 0;  ///< files
  std::uint64_t discarded_rows = 0;        ///< rows with a time too large for any token
  std::uint64_t truncations = 0;           ///< arrival: truncated durations, once per augmented
  ///< copy; interarrival: truncated waits
  std::uint64_t files_kept = 0;
  double seconds_of_music = 0;  ///< sum over the kept files of the end of the last note, by its
  ///< duration token

  TokenStats& operator+=(const TokenStats& other);
};

}  // namespace amt
