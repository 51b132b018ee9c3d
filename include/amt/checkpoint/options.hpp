// When checkpoints are saved and which of them are kept, with the names that Levanter uses.
#pragma once

#include <cstdint>

#include "amt/base/options.hpp"

namespace amt {

struct CheckpointerOptions {
  Duration save_interval{1800};     ///< time between rolling checkpoints
  std::int64_t keep_every = 10000;  ///< steps between permanent checkpoints
  std::int64_t keep_last = 2;       ///< rolling checkpoints that are kept, the newest ones
  /// Saves a checkpoint at each validation with the lowest loss so far, and keeps the best one. Off
  /// by default, because in a long first training on much music the best is one of the last.
  bool keep_best = false;
  /// Training goes on while a checkpoint is written; false: it waits.
  bool background = true;

  void register_options(OptionTable& table);
  void validate() const;
};

}  // namespace amt
