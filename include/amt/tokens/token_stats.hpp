// Counts of tokenised files.
#pragma once

#include <cstdint>

namespace amt {

/// What the reference prints at the end, and how much music there is.
struct TokenStats {
  std::uint64_t sequences = 0;             ///< rows emitted
  std::uint64_t rests = 0;                 ///< inserted, over all augmentations
  std::uint64_t too_short = 0;             ///< files
  std::uint64_t too_long = 0;              ///< files
  std::uint64_t too_many_instruments = 0;  ///< files
  std::uint64_t discarded_rows = 0;        ///< with a time that no token can say
  std::uint64_t truncations = 0;           ///< of durations, once per augmentation; or of waits
  std::uint64_t files_kept = 0;
  double seconds_of_music =
      0;  ///< over the files kept: the end of the last note, as its token says

  TokenStats& operator+=(const TokenStats& other);
};

}  // namespace amt
