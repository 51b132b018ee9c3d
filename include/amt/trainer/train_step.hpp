// One optimiser step over a global batch, on all ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "amt/checkpoint/training_state.hpp"
#include "amt/collective/reducer.hpp"
#include "amt/dataset/prefetcher.hpp"
#include "amt/dataset/rows.hpp"
#include "amt/model/model.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/optimizer/optimizer.hpp"
#include "amt/trainer/gradient_check.hpp"
#include "amt/trainer/options.hpp"

namespace amt {

/// A rank's requests at the end of a step. All ranks learn of the requests of any rank.
struct Requests {
  bool stop = false;
  bool save = false;
};

struct StepResult {
  double loss = 0;       ///< mean over the global batch, nats per token
  double grad_norm = 0;  ///< norm of the global batch's gradient, before clipping
  double learning_rate = 0;
  bool skipped = false;  ///< not finite, or a spike; parameters and moments unchanged
  bool spike = false;    ///< see trainer.skip_spikes
  Requests agreed;
  /// Time for this rank's gradients, without waiting for other ranks, except where a GPU's forward
  /// pass waits for their updated parameters.
  double compute_seconds = 0;
};

/// Runs training steps. Everything passed by reference must outlive it.
class TrainStep {
 public:
  /// Collective. `arithmetic` is passed to GradientCheck.
  TrainStep(Model& model, const mpi::Communicator& ranks, Reducer& reducer, const RowSource& rows,
            const TrainerOptions& trainer, const OptimizerOptions& optimizer,
            const std::string& arithmetic = "");

  /// Collective. Runs the step that `state` has reached and advances `state`. Calls `ask` once, at
  /// the end of the step. If a gradient check is due and fails, throws WrongNumbers and changes
  /// neither parameters nor moments.
  StepResult run(TrainingState& state, const std::function<Requests()>& ask);

  Optimizer& optimizer() { return optimizer_; }
  GradientCheck& gradient_check() { return check_; }
  const GradientCheck& gradient_check() const { return check_; }
  /// Returns the gradients, sliced among the ranks; null unless trainer.shard_optimizer. The buffer
  /// may be used for other purposes between steps.
  const SlicedBuffer* sliced() const { return sliced_ ? &*sliced_ : nullptr; }

 private:
  std::vector<MicroBatch> plan_of(int rank) const;
  double accumulate_gradients(const TrainingState& state);
  void run_micro_batches(const TrainingState& state);
  void forward_backward(const TrainingState& state, const MicroBatch& piece,
                        std::span<const Token> tokens, const Model::GradientReady& ready = {});
  void hash_then_reduce(const TrainingState& state, std::span<const Token> tokens);
  std::uint64_t recompute_gradient(const TrainingState& state, int rank);
  RowRange rows_of(const TrainingState& state, std::size_t micro_batch) const;
  void reduce(std::int64_t begin, std::int64_t end);
  void exchange(float* parameters);
  StepResult apply(TrainingState& state, double local_loss, const Requests& mine);

  Model& model_;
  const mpi::Communicator& ranks_;
  Reducer& reducer_;
  int row_length_;
  TrainerOptions trainer_;
  OptimizerOptions options_;
  std::optional<SlicedBuffer> sliced_;
  Optimizer optimizer_;
  GradientCheck check_;
  std::uint64_t own_hash_ = 0;  // of this rank's last checked gradient
  std::vector<MicroBatch> plan_;
  Prefetcher reader_;
  std::unique_ptr<DeviceTimer> timer_;
  double compute_seconds_ = 0;
};

}  // namespace amt
