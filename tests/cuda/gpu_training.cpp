#include "gpu_training.hpp"

#include "amt/trainer/train_step.hpp"
#include "support/reducers.hpp"
#include "support/tiny_training.hpp"

namespace amt::test {

ModelConfig small_device_model() {
  ModelConfig config;
  config.seq_len = 64;
  config.hidden_dim = 128;
  config.num_heads = 2;
  config.num_layers = 2;
  config.vocab_size = 300;
  return config;
}

ShortRun train_shortly(Ops& ops, const mpi::Communicator& ranks, Reducer& reducer,
                       const ModelConfig& config, int steps, bool sharded) {
  TrainerOptions trainer;
  trainer.shard_optimizer = sharded;
  trainer.num_train_steps = steps;
  trainer.train_batch_size = 12;
  trainer.per_device_parallelism = 3;
  OptimizerOptions optimizer;
  optimizer.learning_rate = 3e-3;
  Model model(ops, config, trainer.per_device_parallelism);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  if (ranks.rank() == 0) initialise_parameters(config, model.layout(), 0, values);
  model.set_parameters(values);
  reducer.broadcast(model.parameters(), model.layout().total());
  const MemoryRows rows = make_rows(2, 12 * steps, config);
  TrainStep step(model, ranks, reducer, rows, trainer, optimizer);
  TrainingState state;
  ShortRun run;
  for (int i = 0; i < steps; ++i) {
    run.losses.push_back(step.run(state, [] { return Requests{}; }).loss);
  }
  model.get_parameters(values);
  run.parameters = std::move(values);
  return run;
}

ShortRun train_shortly(Ops& ops, const ModelConfig& config, int steps) {
  const Alone alone;
  return train_shortly(ops, alone.ranks, *alone.reducer, config, steps);
}

}  // namespace amt::test
