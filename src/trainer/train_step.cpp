#include "amt/trainer/train_step.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include "amt/base/activity.hpp"
#include "amt/optimizer/schedule.hpp"
#include "amt/trainer/replica_check.hpp"
#include "spikes.hpp"

namespace amt {
namespace {

constexpr std::size_t kScalars = 4;  // values exchanged per step besides the sums of squares

std::optional<SlicedBuffer> slice_gradients(Model& model, int ranks, bool sharded,
                                            OptimizerName optimizer) {
  if (!sharded) return std::nullopt;
  return SlicedBuffer{model.gradients(), optimizer_slices(optimizer, model.layout(), ranks)};
}

}  // namespace

TrainStep::TrainStep(Model& model, const mpi::Communicator& ranks, Reducer& reducer,
                     const RowSource& rows, const TrainerOptions& trainer,
                     const OptimizerOptions& optimizer, const std::string& arithmetic)
    : model_(model),
      ranks_(ranks),
      reducer_(reducer),
      row_length_(rows.row_length()),
      trainer_(trainer),
      options_(optimizer),
      sliced_(slice_gradients(model, ranks.size(), trainer.shard_optimizer, optimizer.name)),
      optimizer_(model.ops(), optimizer, model.layout(),
                 sliced_ ? sliced_->slices.of(ranks.rank()) : Slice{0, model.layout().total()}),
      check_(ranks, trainer.steps_per_gradient_check, arithmetic),
      plan_(plan_of(ranks.rank())),
      reader_(rows, plan_.front().rows),
      timer_(model.ops().make_timer()) {}

StepResult TrainStep::run(TrainingState& state, const std::function<Requests()>& ask) {
  const bool checks = check_.due(state.step);
  const std::uint64_t checked =
      checks ? recompute_gradient(state, check_.checked_rank(state.step)) : 0;
  const double loss = accumulate_gradients(state);
  if (checks) {
    check_.compare(state.step, own_hash_, checked,
                   [&](int rank) { return recompute_gradient(state, rank); });
  }
  return apply(state, loss, ask());
}

std::vector<MicroBatch> TrainStep::plan_of(int rank) const {
  return plan_micro_batches(trainer_.train_batch_size, ranks_.size(), rank,
                            trainer_.micro_batch(ranks_.size()));
}

/// Overwrites this rank's gradients.
std::uint64_t TrainStep::recompute_gradient(const TrainingState& state, int rank) {
  const MicroBatch piece = plan_of(rank).front();
  RowRange range;
  range.first = state.next_row + piece.first_row;
  range.count = piece.rows;
  model_.zero_gradients();
  forward_backward(state, piece, reader_.next(range, rows_of(state, 0)));
  model_.take_loss();
  return hash_floats(model_.ops(), model_.gradients(), model_.layout().total());
}

/// Returns the rows of a micro-batch; plan_.size() stands for the first micro-batch of the next
/// step.
RowRange TrainStep::rows_of(const TrainingState& state, std::size_t micro_batch) const {
  const bool following = micro_batch == plan_.size();
  const MicroBatch& piece = plan_[following ? 0 : micro_batch];
  RowRange range;
  range.first = state.next_row + (following ? trainer_.train_batch_size : 0) + piece.first_row;
  range.count = piece.rows;
  return range;
}

double TrainStep::accumulate_gradients(const TrainingState& state) {
  const double waited_before = seconds_waited();
  timer_->start();
  run_micro_batches(state);
  timer_->stop();
  const double waited = seconds_waited() - waited_before;
  const double loss = model_.take_loss();
  compute_seconds_ = timer_->seconds() - waited;
  reducer_.wait();
  return loss;
}

void TrainStep::run_micro_batches(const TrainingState& state) {
  const auto ready = [this](std::int64_t begin, std::int64_t end) { reduce(begin, end); };
  model_.zero_gradients();
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    const auto tokens = reader_.next(rows_of(state, i), rows_of(state, i + 1));
    const bool last = i + 1 == plan_.size();
    if (i == 0 && check_.due(state.step)) {
      hash_then_reduce(state, tokens);
    } else {
      forward_backward(state, plan_[i], tokens, last ? Model::GradientReady(ready) : nullptr);
    }
  }
}

void TrainStep::forward_backward(const TrainingState& state, const MicroBatch& piece,
                                 std::span<const Token> tokens, const Model::GradientReady& ready) {
  // With this scale, the sum over positions, micro-batches and ranks is the mean of the batch.
  const std::int64_t predicted = std::int64_t{trainer_.train_batch_size} * (row_length_ - 1);
  const float scale = 1.0f / static_cast<float>(predicted);
  const LossConfig terms(scale, static_cast<float>(trainer_.log_z_regularization));
  DropoutKey key;
  key.seed = trainer_.seed;
  key.step = state.step;
  key.first_row = piece.first_row;
  model_.forward_backward(tokens, piece.rows, terms, key, ready);
}

/// Runs the first micro-batch of a step in which gradients are checked. Summing over the ranks
/// changes the gradient, so it begins only after hashing. It uses the same ranges in the same order
/// as in other steps, so the sums have the same bits.
void TrainStep::hash_then_reduce(const TrainingState& state, std::span<const Token> tokens) {
  std::vector<Slice> ranges;
  forward_backward(state, plan_.front(), tokens, [&](std::int64_t begin, std::int64_t end) {
    ranges.push_back({begin, end});
  });
  own_hash_ = hash_floats(model_.ops(), model_.gradients(), model_.layout().total());
  if (plan_.size() > 1) return;
  for (const Slice& range : ranges) reduce(range.begin, range.end);
}

void TrainStep::reduce(std::int64_t begin, std::int64_t end) {
  if (sliced_) {
    reducer_.reduce_scatter(*sliced_, {begin, end});
  } else {
    reducer_.all_reduce(model_.gradients() + begin, end - begin);
  }
}

/// Starts to send the updated slice to the other ranks; the next forward pass waits for theirs.
void TrainStep::exchange(float* parameters) {
  reducer_.all_gather({parameters, sliced_->slices});
  Reducer& reducer = reducer_;
  model_.receive_parameters([&reducer](std::int64_t end) { reducer.await_gathered(end); });
}

StepResult TrainStep::apply(TrainingState& state, double local_loss, const Requests& mine) {
  StepResult result;
  result.learning_rate = learning_rate(options_, trainer_.num_train_steps, state.step);
  const double squares = optimizer_.gradient_squares(model_.gradients());
  // There is one exchange on the host per step, which sums the ranks' requests together with their
  // losses, so that all ranks make the same decision about skipping the step.
  std::vector<double> sums = {local_loss, std::isfinite(squares) ? 0.0 : 1.0, mine.stop ? 1.0 : 0.0,
                              mine.save ? 1.0 : 0.0};
  if (sliced_) {  // one entry per rank, so that they are added in rank order
    sums.resize(kScalars + ranks_.size());
    sums[kScalars + ranks_.rank()] = squares;
  }
  ranks_.all_reduce_sum(std::span(sums));
  result.grad_norm =
      std::sqrt(sliced_ ? std::accumulate(sums.begin() + kScalars, sums.end(), 0.0) : squares);
  result.loss = sums[0];
  result.compute_seconds = compute_seconds_;
  const bool finite = std::isfinite(result.loss) && sums[1] == 0;
  const bool looks = finite && trainer_.skip_spikes > 0;
  result.spike =
      looks && is_spike(state.recent, result.loss, result.grad_norm, trainer_.skip_spikes);
  if (looks) ranks_.broadcast_value(result.spike, 0);  // MPI's sums need not be equal on all ranks
  result.skipped = !finite || result.spike;
  if (looks && !result.spike) state.recent.add(result.loss, result.grad_norm);
  result.agreed = {sums[2] > 0, sums[3] > 0};
  if (result.skipped) {
    ++state.skipped;
    ++state.skipped_in_a_row;
  } else {
    float* const parameters = sliced_ ? model_.parameters() : model_.parameters_for_update();
    optimizer_.update(parameters, model_.gradients(), result.grad_norm, result.learning_rate,
                      ++state.updates);
    if (sliced_) exchange(parameters);
    state.skipped_in_a_row = 0;
  }
  ++state.step;
  state.next_row += trainer_.train_batch_size;
  state.train_loss = result.loss;
  return result;
}

}  // namespace amt
