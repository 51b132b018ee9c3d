// Which of cuBLASLt's proposals each product takes. Knows neither cuBLASLt nor CUDA.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "amt/ops/algorithm_choice.hpp"
#include "matmul_plan.hpp"

namespace amt::cuda {

/// "2304 x 32768 x 768, a by 2304, ..., bf16, epilogue 1": equal only for equal plans.
std::string text_of(const MatmulPlan& plan);

class ProductChoice final : public AlgorithmChoice {
 public:
  /// setting: the card and the library's version, without which a proposal has no meaning.
  /// Products of less than `timed_flops` are never timed: what they take does not matter, and tests
  /// and decoding have many. 1 GFLOP is 2 us of a large card.
  explicit ProductChoice(std::string setting, double timed_flops = 1e9)
      : setting_(std::move(setting)), timed_flops_(timed_flops) {}

  /// Seconds of proposal i; infinite where it does not work.
  using Seconds = std::function<double(std::size_t)>;
  /// The index of the proposal to take. `proposals`, not empty, best first, say what each is.
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
  std::map<std::string, Chosen> chosen_;  // by the plan's text
};

}  // namespace amt::cuda
