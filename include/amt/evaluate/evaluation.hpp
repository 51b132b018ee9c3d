// The loss of a model on a split, and the usual metrics derived from it: docs/spec/training.md,
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

/// Sums of -log p over the predicted tokens in interleaved parts: position i of a row belongs to
/// part (i - 1) % parts, which is its field if the encoding has that many fields.
struct LossSums {
  std::vector<double> nats = std::vector<double>(kLossParts);
  std::vector<double> tokens = std::vector<double>(nats.size());

  double mean() const;  ///< nats per token
  double mean(std::size_t part) const;
  /// Adds the losses of one row, for positions 1, 2, ...
  void add_row(std::span<const float> losses);
};

/// The rows of a split that are evaluated.
struct RowSelection {
  std::uint64_t subsample = 1;  ///< every n-th row, starting with the first
  std::uint64_t max_rows = 0;   ///< upper limit; 0: none
  std::uint64_t count(std::uint64_t rows) const;
};

/// Collective. Each rank evaluates a block of the selected rows, `micro_batch` at a time; all ranks
/// receive the total sums. Equal runs give equal bits; another number of ranks gives the same up to
/// rounding. Returns nothing if the ranks were asked to stop (process/signals.hpp), which they
/// agree on after each micro-batch. The last bits of a loss depend on the number of `parts`.
std::optional<LossSums> evaluate(Model& model, const mpi::Communicator& ranks,
                                 const RowSource& rows, const RowSelection& selection,
                                 int micro_batch, std::size_t parts = kLossParts);

/// The loss on the selected rows of a baseline that knows only how often each token occurs in the
/// training split (add-one smoothing). Collective; reads at most 2^17 training rows, spread evenly.
double unigram_loss(const mpi::Communicator& ranks, const RowSource& train,
                    const RowSource& evaluated, const RowSelection& selection, int vocab_size);

/// The same for the rows that measure a run: validation rows, or training rows if `valid` is null,
/// at most 2^17 of them, spread evenly. Local: for the rank that writes the report.
double unigram_loss_of_run(const RowSource& train, const RowSource* valid, int vocab_size);

/// Bits per second of music, from the mean loss in nats, the number of tokens predicted in the
/// complete split, and the split's seconds.
double bits_per_second(double mean_loss, double tokens, double seconds_of_music);

struct FieldPerplexity {
  const char* field;  ///< from Encoding::fields
  double value;
};

/// exp of mean losses: for all tokens of an event together, and for each of its fields.
struct Perplexities {
  double event = 0;
  std::vector<FieldPerplexity> fields;
};

/// The metrics that the paper reports for a model on a split.
struct EvaluationMetrics {
  double loss = 0;            ///< nats per token
  std::optional<double> bps;  ///< bits per second of music; nothing if the split has no music
  std::optional<Perplexities> perplexities;  ///< if the encoding has fields
};

/// Derives the metrics from `sums` over some or all rows of this split. Each augmented copy of a
/// training piece counts as music.
EvaluationMetrics derive_metrics(const LossSums& sums, const Manifest& manifest, Split split);

}  // namespace amt
