#include "amt/evaluate/evaluation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "amt/base/activity.hpp"
#include "amt/dataset/prefetcher.hpp"
#include "amt/dataset/row_block.hpp"
#include "amt/process/progress.hpp"
#include "amt/process/signals.hpp"

namespace amt {

double LossSums::mean() const {
  return std::accumulate(nats.begin(), nats.end(), 0.0) /
         std::accumulate(tokens.begin(), tokens.end(), 0.0);
}

double LossSums::mean(std::size_t part) const { return nats[part] / tokens[part]; }

void LossSums::add_row(std::span<const float> losses) {
  const std::size_t parts = nats.size();
  std::vector<double> row(parts);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    row[i % parts] += losses[i];
    tokens[i % parts] += 1;
  }
  for (std::size_t part = 0; part < parts; ++part) nats[part] += row[part];
}

std::uint64_t RowSelection::count(std::uint64_t rows) const {
  const std::uint64_t selected = (rows + subsample - 1) / subsample;
  return max_rows == 0 ? selected : std::min(selected, max_rows);
}

namespace {

/// Returns the rows that a rank evaluates in a round; empty once its block is done.
RowRange rows_of_round(const RowBlock& mine, std::uint64_t round, std::uint64_t micro,
                       std::uint64_t stride) {
  const std::uint64_t done = std::min(round * micro, mine.count);
  return {mine.first + done, std::min(micro, mine.count - done), stride};
}

}  // namespace

std::optional<LossSums> evaluate(Model& model, const mpi::Communicator& ranks,
                                 const RowSource& rows, const RowSelection& selection,
                                 int micro_batch, std::size_t parts) {
  const Phase evaluation("evaluation");
  const std::uint64_t selected = selection.count(rows.rows());
  const RowBlock mine = block_of_rank(selected, ranks.size(), ranks.rank());
  const std::uint64_t micro = micro_batch;
  // Every rank takes as many rounds as the one with the most rows, because each round has a
  // collective check for a stop signal.
  const std::uint64_t rounds = (block_of_rank(selected, ranks.size(), 0).count + micro - 1) / micro;
  const std::size_t length = rows.row_length();
  std::vector<float> losses(micro * (length - 1));
  LossSums sums = {.nats = std::vector<double>(parts)};
  Prefetcher reader(rows, micro);
  Progress progress("evaluate", rounds);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    if (ranks.any_of(stop_signal() != 0)) return std::nullopt;
    const RowRange now = rows_of_round(mine, round, micro, selection.subsample);
    progress.update(round, fmt::format("{} rows", now.first - mine.first));
    if (now.count == 0) continue;
    const auto tokens =
        reader.next(now, rows_of_round(mine, round + 1, micro, selection.subsample));
    model.losses(tokens, static_cast<int>(now.count),
                 std::span(losses).first(now.count * (length - 1)));
    for (std::uint64_t row = 0; row < now.count; ++row) {
      sums.add_row(std::span(losses).subspan(row * (length - 1), length - 1));
    }
  }
  ranks.all_reduce_sum(std::span(sums.nats));
  ranks.all_reduce_sum(std::span(sums.tokens));
  return sums;
}

double bits_per_second(double mean_loss, double tokens, double seconds_of_music) {
  return mean_loss * std::numbers::log2e * tokens / seconds_of_music;
}

namespace {

Perplexities perplexities(const LossSums& sums, double loss, std::span<const char* const> fields) {
  Perplexities result = {std::exp(static_cast<double>(fields.size()) * loss), {}};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    result.fields.push_back({fields[i], std::exp(sums.mean(i))});
  }
  return result;
}

}  // namespace

EvaluationMetrics derive_metrics(const LossSums& sums, const Manifest& manifest, Split split) {
  const SplitInfo& info = manifest.split(split);
  EvaluationMetrics metrics;
  metrics.loss = sums.mean();
  if (info.seconds_of_music > 0) {
    const double predicted = static_cast<double>(info.rows) * (manifest.context_length - 1);
    const int copies = split == Split::kTrain ? manifest.augment : 1;
    metrics.bps = bits_per_second(metrics.loss, predicted, copies * info.seconds_of_music);
  }
  if (!manifest.encoding->fields.empty()) {
    metrics.perplexities = perplexities(sums, metrics.loss, manifest.encoding->fields);
  }
  return metrics;
}

}  // namespace amt
