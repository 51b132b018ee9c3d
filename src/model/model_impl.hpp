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
  /// Makes operators use the current parameters.
  void refresh();
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
  bool weights_changed = true;  ///< since the last refresh()
  std::uint64_t versions = 0;   ///< how many times the weights may have changed
};

}  // namespace amt
