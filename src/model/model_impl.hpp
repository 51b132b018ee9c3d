// The internals of a model, shared by Model and Decoder.
#pragma once

#include <vector>

#include "amt/model/model.hpp"
#include "amt/ops/weights.hpp"
#include "pass.hpp"

namespace amt {

struct Model::Impl {
  Impl(Ops& o, const ModelConfig& c, int rows, Purpose purpose)
      : ops(o),
        config(c),
        micro_batch(rows),
        layout(c),
        starts(section_starts(layout)),
        parameters(Buffer::floats(o, layout.total())),
        gradients(purpose == Purpose::kTraining ? Buffer::floats(o, layout.total()) : Buffer()),
        weights(parameters.as<float>(), layout),
        readable(o, parameters.as<float>(), layout.total()),
        work(o, c, Dim{rows} * c.seq_len, purpose) {
    parameters.zero();
    if (purpose == Purpose::kTraining) gradients.zero();
  }

  /// Throws if the model was made for inference and so has no gradients.
  void require_training() const;
  /// Throws Error unless a host buffer has the layout's size.
  void check_size(std::size_t floats) const;
  /// Checks a batch and copies it to the device.
  void load(std::span<const Token> tokens, int rows);
  /// Throws an Error naming the position and the row if a token is invalid; each row has
  /// `row_length` positions.
  void check_tokens(std::span<const Token> tokens, std::int64_t row_length) const;
  /// Makes operators use the current parameters, of which those before `end` are about to be read.
  void refresh(std::int64_t end);
  void refresh() { refresh(layout.total()); }
  /// Makes all parameters that are being received arrive.
  void receive_all();
  Pass forward(std::span<const Token> tokens, int rows, const DropoutKey& key, bool dropout);

  Ops& ops;
  ModelConfig config;
  int micro_batch;
  ParameterLayout layout;
  std::vector<std::int64_t> starts;
  Buffer parameters, gradients;
  ModelView weights;
  Weights readable;  ///< the parameters, in the form that operators read
  Workspace work;
  bool readable_once = false;  ///< all weights have been refreshed at least once
  std::int64_t fresh = 0;      ///< parameters, from the first on, that have been refreshed since
  std::uint64_t versions = 0;  ///< how many times the weights may have changed
  Model::Arrival arrival;      ///< empty unless parameters are being received
};

}  // namespace amt
