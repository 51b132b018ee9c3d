// When checkpoints are saved and which of them are kept, with the names that Levanter uses.
#pragma once

#include <cstdint>

#include "amt/base/options.hpp"

namespace amt {

struct CheckpointerOptions {
  Duration save_interval{1800};     ///< time between rolling checkpoints
  std::int64_t keep_every = 10000;  ///< steps between permanent checkpoints
  std::int64_t keep_last = 2;       ///< how many of the newest rolling checkpoints are kept
  /// Saves a checkpoint at each validation with the lowest loss so far, and keeps the best one. Off
  /// by default, because in a long training from scratch the best checkpoint is usually one of the
  /// last.
  bool keep_best = false;
  /// Training goes on while a checkpoint is written; false: it waits.
  bool background = true;

  void register_options(OptionTable& table);
  void validate() const;
};

}  // namespace amt
