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
/// receive the total sums. Equal runs give bitwise equal results; a different number of ranks or of
/// `parts` changes them only by rounding. Returns nullopt if a signal asked the ranks to stop
/// (process/signals.hpp), which they check together after each micro-batch.
std::optional<LossSums> evaluate(Model& model, const mpi::Communicator& ranks,
                                 const RowSource& rows, const RowSelection& selection,
                                 int micro_batch, std::size_t parts = kLossParts);

/// Collective. Returns the loss on the selected rows of a baseline that uses only how often each
/// token occurs in the training split (with add-one smoothing). Reads at most 2^17 training rows,
/// spread evenly.
double unigram_loss(const mpi::Communicator& ranks, const RowSource& train,
                    const RowSource& evaluated, const RowSelection& selection, int vocab_size);

/// As above, for the report of a run: evaluates validation rows, or training rows if `valid` is
/// null, at most 2^17 of them, spread evenly. Local: only the rank that writes the report calls it.
double unigram_loss_of_run(const RowSource& train, const RowSource* valid, int vocab_size);

/// Computes bits per second of music from the mean loss in nats, the number of tokens predicted in
/// the complete split, and the split's seconds.
double bits_per_second(double mean_loss, double tokens, double seconds_of_music);

struct FieldPerplexity {
  const char* field;  ///< from Encoding::fields
  double value;
};

/// Perplexities: exp of the mean loss, for all tokens of an event together and for each of its
/// fields.
struct Perplexities {
  double event = 0;
  std::vector<FieldPerplexity> fields;
};

/// The metrics that the paper reports for a model on a split.
struct EvaluationMetrics {
  double loss = 0;            ///< nats per token
  std::optional<double> bps;  ///< bits per second of music; nullopt if the split has no music
  std::optional<Perplexities> perplexities;  ///< if the encoding has fields
};

/// Derives the metrics from `sums` over some or all rows of this split. Each augmented copy of a
/// training piece counts as music.
EvaluationMetrics derive_metrics(const LossSums& sums, const Manifest& manifest, Split split);

}  // namespace amt
