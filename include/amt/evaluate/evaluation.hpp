// The loss of a model on a split, and what the field derives from it: docs/spec/training.md,
// "Evaluation".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "amt/dataset/manifest.hpp"
#include "amt/dataset/rows.hpp"
#include "amt/model/model.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt {

inline constexpr std::size_t kLossParts = 3;

/// Sums of -log p over the predicted tokens in interleaved parts: position i of a row is of part
/// (i - 1) % parts, which is its field if the encoding has as many.
struct LossSums {
  std::vector<double> nats = std::vector<double>(kLossParts);
  std::vector<double> tokens = std::vector<double>(nats.size());

  double mean() const;  ///< nats per token
  double mean(std::size_t part) const;
  /// Adds one row's losses, of positions 1, 2, ...
  void add_row(std::span<const float> losses);
};

/// Which rows of a split are evaluated.
struct RowSelection {
  std::uint64_t subsample = 1;  ///< every n-th row, from the first on
  std::uint64_t max_rows = 0;   ///< upper limit; 0: none
  std::uint64_t count(std::uint64_t rows) const;
};

/// Collective. Each rank takes a block of the selected rows, `micro_batch` at a time; all get the
/// sums of all. Equal runs give equal bits; another number of ranks agrees to rounding. Nothing if
/// the ranks were asked to stop meanwhile (base/signals.hpp), which they agree on after each
/// micro-batch. In how many `parts` a loss is summed decides its last bits.
std::optional<LossSums> evaluate(Model& model, const mpi::Communicator& ranks,
                                 const RowSource& rows, const RowSelection& selection,
                                 int micro_batch, std::size_t parts = kLossParts);

/// The loss of a model that knows only how often each token occurs in the training split (add-one
/// smoothing), on the selected rows of another split. Collective; looks at no more than 2^17
/// training rows, spread evenly.
double unigram_loss(const mpi::Communicator& ranks, const RowSource& train,
                    const RowSource& evaluated, const RowSelection& selection, int vocab_size);

/// The same for what a run is measured by: validation rows, or training rows where `valid` is null;
/// no more than 2^17 of them, spread evenly. Local: for the rank that writes the report.
double unigram_loss_of_run(const RowSource& train, const RowSource* valid, int vocab_size);

/// Bits per second of music: mean loss in nats, tokens predicted in the whole split, its seconds.
double bits_per_second(double mean_loss, double tokens, double seconds_of_music);

struct FieldPerplexity {
  const char* field;  ///< of Encoding::fields
  double value;
};

/// exp of mean losses: of all of an event's tokens together, and of each of its fields.
struct Perplexities {
  double event = 0;
  std::vector<FieldPerplexity> fields;
};

/// What the paper reports of a model on a split.
struct EvaluationMetrics {
  double loss = 0;            ///< nats per token
  std::optional<double> bps;  ///< bits per second of music; nothing if the split has no music
  std::optional<Perplexities> perplexities;  ///< if the encoding has fields
};

/// `sums` are of some or all rows of this split of a dataset. Each augmented copy of a training
/// piece counts as music.
EvaluationMetrics derive_metrics(const LossSums& sums, const Manifest& manifest, Split split);

}  // namespace amt
