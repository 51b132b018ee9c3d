// A signal during a matrix product must not change any result (see process/signals.hpp). If a
// signal handler ran on a compute thread, it could corrupt the very run that the signal asks to
// save.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/process/signals.hpp"
#include "support/tiny_training.hpp"

namespace amt {
namespace {

/// Sends SIGUSR1 to the process repeatedly for as long as this object exists.
class SignalStorm {
 public:
  SignalStorm() : thread_([this] { blow(); }) {}
  ~SignalStorm() {
    over_ = true;
    thread_.join();
    set_stop_signal(0);
  }

 private:
  void blow() const {
    while (!over_) {
      kill(getpid(), SIGUSR1);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

std::vector<float> gradients_of_one_batch(const ModelConfig& config) {
  const auto ops = make_cpu_ops(1);
  Model model(*ops, config, 2);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(config, model.layout(), 1, values);
  model.set_parameters(values);
  const test::MemoryRows rows = test::make_rows(1, 2, config);
  std::vector<Token> tokens(2 * static_cast<std::size_t>(config.seq_len));
  rows.read(0, 2, tokens);
  for (int pass = 0; pass < 4; ++pass) model.forward_backward(tokens, 2, 1e-3f, {});
  model.get_gradients(values);
  return values;
}

TEST(SignalsInCompute, ChangeNothing) {
  install_stop_handlers();
  ModelConfig config = test::tiny_model();
  config.seq_len = 256;
  config.vocab_size = 20000;  // signals used to corrupt wide products with few channels
  const std::vector<float> expected = gradients_of_one_batch(config);
  const SignalStorm storm;
  EXPECT_TRUE(gradients_of_one_batch(config) == expected);
}

}  // namespace
}  // namespace amt
