// Chooses among cuBLASLt's proposals for each product. Depends on neither cuBLASLt nor CUDA.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "amt/ops/algorithm_choice.hpp"
#include "matmul_plan.hpp"

namespace amt::cuda {

/// Returns a text such as "2304 x 32768 x 768, a by 2304, ..., bf16, epilogue 1", which identifies
/// the plan.
std::string text_of(const MatmulPlan& plan);

class ProductChoice final : public AlgorithmChoice {
 public:
  /// setting: the card and the library's version; proposals are meaningless with any other.
  /// Products of fewer than `timed_flops` FLOP are never timed: their time does not matter, and
  /// there are many of them in tests and in decoding. 1 GFLOP takes 2 us on a large card.
  explicit ProductChoice(std::string setting, double timed_flops = 1e9)
      : setting_(std::move(setting)), timed_flops_(timed_flops) {}

  /// Returns the seconds that proposal i takes, or infinity if it does not work.
  using Seconds = std::function<double(std::size_t)>;
  /// Returns the index of the proposal to use. `proposals` describes them, best first; not empty.
  std::size_t choose(const MatmulPlan& plan, const std::vector<std::string>& proposals,
                     const Seconds& seconds);

  void set_timing(bool on) override { timing_ = on; }
  std::string record() const override;
  std::string take(const std::string& record) override;

 private:
  struct Chosen {
    std::size_t index;
    std::string proposal;
  };

  std::string setting_;
  double timed_flops_;
  bool timing_ = false;
  std::map<std::string, Chosen> chosen_;  // keyed by text_of(plan)
};

}  // namespace amt::cuda
