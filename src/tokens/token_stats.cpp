#include "amt/tokens/token_stats.hpp"

namespace amt {

TokenStats& TokenStats::operator+=(const TokenStats& other) {
  sequences += other.sequences;
  rests += other.rests;
  too_short += other.too_short;
  too_long += other.too_long;
  too_many_instruments += other.too_many_instruments;
  discarded_rows += other.discarded_rows;
  truncations += other.truncations;
  files_kept += other.files_kept;
  seconds_of_music += other.seconds_of_music;
  return *this;
}

}  // namespace amt
