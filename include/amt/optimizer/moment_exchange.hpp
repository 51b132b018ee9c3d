// Moves Adam's moments between the ranks that keep them and rank 0, which reads and writes
// checkpoints.
#pragma once

#include <span>

#include "amt/collective/reducer.hpp"
#include "amt/model/model.hpp"
#include "amt/optimizer/optimizer.hpp"

namespace amt {

/// Used between steps. Sliced moments are exchanged through the gradient buffer, which is not
/// needed then, so no rank needs more memory than a step does. All functions are collective.
class MomentExchange {
 public:
  /// `sliced` is TrainStep::sliced(): null if every rank keeps all moments.
  MomentExchange(Model& model, Reducer& reducer, Optimizer& optimizer, const SlicedBuffer* sliced)
      : ops_(model.ops()), reducer_(reducer), optimizer_(optimizer), sliced_(sliced) {}

  /// Copies both moments of all parameters to rank 0's memory, layout.total() floats each. Here and
  /// below, the spans are empty on the other ranks.
  void collect(std::span<float> first, std::span<float> second);
  /// Copies the moments from rank 0 to the ranks that keep them.
  void distribute(std::span<const float> first, std::span<const float> second);

 private:
  void collect(std::span<float> host, float* moment);
  void distribute(std::span<const float> host, float* moment);
  void copy(float* to, const float* from);  ///< copies this rank's part

  Ops& ops_;
  Reducer& reducer_;
  Optimizer& optimizer_;
  const SlicedBuffer* sliced_;
};

}  // namespace amt
