#include "amt/model/algorithms.hpp"

#include <fmt/core.h>

#include <chrono>
#include <vector>

#include "amt/base/strings.hpp"
#include "amt/process/log.hpp"

namespace amt {
namespace {

void train_on_nothing(Model& model, int rows) {
  const ModelConfig& config = model.config();
  std::vector<Token> tokens(static_cast<std::size_t>(Dim{rows} * config.seq_len));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = static_cast<Token>(i % static_cast<std::size_t>(config.vocab_size));
  }
  model.zero_gradients();
  model.forward_backward(tokens, rows, {}, {});
  model.take_loss();
}

}  // namespace

std::string choose_algorithms(Model& model, int rows, const std::string& before, bool timed) {
  AlgorithmChoice* const choice = model.ops().algorithms();
  if (choice == nullptr) return "";
  const auto start = std::chrono::steady_clock::now();
  const std::string refusal = before.empty() ? "" : choice->take(before);
  if (!refusal.empty()) {
    log_info("algorithms are chosen again, so losses will match only up to rounding: " + refusal);
  }
  if (!timed) return refusal.empty() ? before : "";
  choice->set_timing(true);
  train_on_nothing(model, rows);
  choice->set_timing(false);
  std::string now = choice->record();
  if (now != before) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    log_info("the device's fastest algorithms were chosen in " + format_duration(took.count()));
  }
  return now;
}

void take_algorithms(Model& model, const std::string& record) {
  AlgorithmChoice* const choice = model.ops().algorithms();
  if (choice == nullptr || record.empty()) return;
  const std::string refusal = choice->take(record);
  if (!refusal.empty()) log_warning("cannot use the first rank's choice of algorithms: " + refusal);
}

}  // namespace amt
