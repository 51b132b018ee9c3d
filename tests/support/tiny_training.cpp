#include "tiny_training.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "amt/base/files.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/random/philox.hpp"
#include "reducers.hpp"

namespace amt::test {

void MemoryRows::read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const {
  if (before_read) before_read(first);
  const auto length = static_cast<std::size_t>(row_length_);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t from = (first + i) % rows() * length;
    std::copy_n(tokens_.begin() + static_cast<std::ptrdiff_t>(from), length,
                out.begin() + static_cast<std::ptrdiff_t>(i * length));
  }
}

MemoryRows make_rows(std::uint64_t seed, int rows, const ModelConfig& config) {
  std::vector<Token> tokens;
  const auto vocabulary = static_cast<std::uint32_t>(config.vocab_size);
  for (int row = 0; row < rows; ++row) {
    std::uint32_t token = 0;
    for (int i = 0; i < config.seq_len; ++i) {
      const auto random = philox4x32_10(
          {static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(i), 0, 0}, philox_key(seed));
      token = (i == 0 ? random[0] : 3 * token + random[0] % 3) % vocabulary;
      tokens.push_back(static_cast<Token>(token));
    }
  }
  return MemoryRows(config.seq_len, std::move(tokens));
}

TrainerSettings tiny_settings(const std::filesystem::path& run) {
  TrainerSettings settings;
  settings.trainer.run_dir = run.string();
  settings.trainer.num_train_steps = 20;
  settings.trainer.train_batch_size = 12;
  settings.trainer.per_device_parallelism = 2;
  settings.trainer.steps_per_eval = 5;
  settings.trainer.seed = 3;
  settings.optimizer.learning_rate = 1e-2;
  settings.optimizer.warmup_ratio = 0.1;
  settings.checkpointer.keep_every = 1000;
  settings.dataset_digest = "0123456789abcdef";
  settings.encoding = "arrival";
  std::filesystem::create_directories(RunPaths(run).checkpoints());
  return settings;
}

TrainedRun run_trainer(const ModelConfig& config, const TrainerSettings& settings,
                       const RowSource& train, const RowSource* valid, Ops& ops,
                       const mpi::Communicator& ranks, Reducer& reducer) {
  Model model(ops, config, settings.trainer.micro_batch(ranks.size()));
  Trainer trainer(model, ranks, reducer, train, valid, settings);
  TrainedRun run;
  run.outcome = trainer.run();
  run.state = trainer.state();
  run.parameters.resize(static_cast<std::size_t>(model.layout().total()));
  model.get_parameters(run.parameters);
  if (ranks.rank() != 0) return run;
  const RunPaths paths(settings.trainer.run_dir);
  Checkpoint last = load_checkpoint(paths.step(checkpoint_steps(paths).at(0)), config);
  run.first_moment = std::move(last.first_moment);
  run.second_moment = std::move(last.second_moment);
  return run;
}

TrainedRun run_alone(const TrainerSettings& settings, const RowSource& train,
                     const RowSource* valid) {
  const auto ops = make_cpu_ops(1);
  const Alone alone;
  return run_trainer(tiny_model(), settings, train, valid, *ops, alone.ranks, *alone.reducer);
}

std::vector<double> metric(const std::filesystem::path& run, const std::string& name) {
  std::vector<double> values;
  std::istringstream text(read_text(RunPaths(run).metrics()));
  for (std::string line; std::getline(text, line);) {
    const auto json = nlohmann::json::parse(line);
    if (json.contains(name)) values.push_back(json.at(name));
  }
  return values;
}

}  // namespace amt::test
