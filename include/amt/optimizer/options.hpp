// AdamW and the schedule of its learning rate, under Levanter's names.
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/options.hpp"

namespace amt {

enum class LrSchedule : std::uint8_t { kCosine, kLinear, kConstant };

struct OptimizerOptions {
  double learning_rate = 6e-4;
  double weight_decay = 0.1;  ///< of every parameter: biases, norms and embeddings too
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double max_grad_norm = 1.0;
  std::string lr_schedule = "cosine";
  double warmup_ratio = 0.01;

  void describe(OptionTable& table);
  void validate() const;
  LrSchedule schedule() const;  ///< UsageError if lr_schedule is none of the three
};

}  // namespace amt
