// Options for saving and keeping checkpoints, named as in Levanter.
#pragma once

#include <cstdint>

#include "amt/base/options.hpp"

namespace amt {

struct CheckpointerOptions {
  Duration save_interval{1800};     ///< time between rolling checkpoints
  std::int64_t keep_every = 10000;  ///< steps between permanent checkpoints
  std::int64_t keep_last = 2;       ///< number of rolling checkpoints to keep
  /// Save a checkpoint at each validation with the lowest loss so far, and keep the best one. Off
  /// by default, because in long training from scratch the best checkpoint is usually one of the
  /// last.
  bool keep_best = false;
  /// Continue training while a checkpoint is written; false: wait for it.
  bool background = true;

  void register_options(OptionTable& table);
  void validate() const;
};

}  // namespace amt
