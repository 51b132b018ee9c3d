// When checkpoints are saved, and which of them stay; under Levanter's names.
#pragma once

#include <cstdint>

#include "amt/base/options.hpp"

namespace amt {

struct CheckpointerOptions {
  Duration save_interval{1800};     ///< between rolling checkpoints
  std::int64_t keep_every = 10000;  ///< steps between checkpoints that stay
  /// Saves at each validation that is the best so far, and keeps that checkpoint. Off, since in a
  /// long first training on much music the best is one of the last.
  bool keep_best = false;
  /// Training goes on while a checkpoint is written; false: it waits.
  bool background = true;

  void register_options(OptionTable& table);
  void validate() const;
};

}  // namespace amt
