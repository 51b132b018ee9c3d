#include "amt/model/decoder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

#include "amt/base/error.hpp"
#include "cached_pass.hpp"
#include "model_impl.hpp"

namespace amt {
namespace {

/// Returns the largest number of positions that one call may have to compute.
Dim positions(const ModelConfig& config, int rows) { return std::max(config.seq_len, rows); }

/// Returns the bytes for the row and position numbers of a call.
std::size_t places_bytes(int rows) { return std::size_t{2} * rows * sizeof(std::int32_t); }

}  // namespace

struct Decoder::Impl {
  Impl(Model::Impl& m, int rows)
      : model(m),
        work(m.ops, m.config, positions(m.config, rows), Purpose::kInference),
        cache(m.ops, m.config, rows),
        logits(Buffer::floats(m.ops, Dim{rows} * m.config.vocab_size)),
        places(m.ops, places_bytes(rows)),
        known(rows) {
    for (auto& tokens : known) tokens.reserve(m.config.seq_len);
  }

  void check(const DecoderRow& row) const;
  /// Refreshes the operators' weights if the parameters changed, and drops what was cached with
  /// older ones.
  void forget_if_changed();
  /// Computes everything in a row's context except its last token.
  void catch_up(const DecoderRow& row);
  /// Computes the last token of each row.
  void step(std::span<const DecoderRow> rows);
  /// Computes `newest` at [rows, positions], by replaying the recording for that number of rows if
  /// there is one.
  void step_at(std::span<const std::int32_t> places);
  /// Runs one arbitrary token, so that the device's preparations do not delay the first note.
  void warm_up();
  Model::Impl& model;
  Workspace work;
  KeyValueCache cache;
  Buffer logits;
  Buffer places;                          ///< int32 [2, rows of the call]: rows, positions
  std::vector<std::vector<Token>> known;  ///< for each row, the cached tokens
  std::uint64_t version = 0;              ///< version of the parameters used for the cache
  std::vector<Token> newest;
  std::map<Dim, std::unique_ptr<Recording>> steps;  ///< by number of rows; null if not recordable
};

void Decoder::Impl::check(const DecoderRow& row) const {
  const std::size_t size = row.context.size(),
                    most = static_cast<std::size_t>(model.config.seq_len);
  if (row.row < 0 || row.row >= std::ssize(known)) {
    throw Error(fmt::format("row {} is outside a decoder of {} rows", row.row, known.size()));
  }
  if (size == 0 || size > most) {
    throw Error(
        fmt::format("the context has {} tokens, but the model accepts 1 to {}", size, most));
  }
  model.check_tokens(row.context, model.config.seq_len);
}

void Decoder::Impl::forget_if_changed() {
  model.refresh();
  if (version == model.versions) return;
  for (auto& tokens : known) tokens.clear();
  version = model.versions;
}

void Decoder::Impl::warm_up() {
  forget_if_changed();
  newest = {0};
  const std::array<std::int32_t, 2> first = {0, 0};
  step_at(first);
}

void Decoder::Impl::catch_up(const DecoderRow& row) {
  std::vector<Token>& seen = known[row.row];
  const std::span<const Token> before = row.context.first(row.context.size() - 1);
  const auto differs = std::ranges::mismatch(seen, before);
  seen.erase(differs.in1, seen.end());
  const std::span<const Token> fresh(differs.in2, before.end());
  if (fresh.empty()) return;
  model.ops.to_device(work.tokens.as<Token>(), fresh.data(), fresh.size_bytes());
  CachedPass(model.ops, model.config, model.weights, work, cache,
             {row.row, std::ssize(seen), std::ssize(fresh)})
      .forward();
  seen.insert(seen.end(), fresh.begin(), fresh.end());
}

void Decoder::Impl::step_at(std::span<const std::int32_t> at) {
  const Dim count = std::ssize(newest);
  model.ops.to_device(work.tokens.as<Token>(), newest.data(), newest.size() * sizeof(Token));
  model.ops.to_device(places.as<void>(), at.data(), at.size_bytes());
  const auto pass = [&] {
    const auto* rows = places.as<std::int32_t>();
    StepPass(model.ops, model.config, model.weights, work, cache, {rows, rows + count, count})
        .forward();
  };
  const auto known_step = steps.find(count);
  if (known_step != steps.end() && known_step->second) return known_step->second->replay();
  pass();
  if (known_step == steps.end()) steps[count] = model.ops.record(pass);
}

void Decoder::Impl::step(std::span<const DecoderRow> rows) {
  newest.clear();
  std::vector<std::int32_t> at(2 * rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    newest.push_back(rows[i].context.back());
    at[i] = rows[i].row;
    at[rows.size() + i] = static_cast<std::int32_t>(std::ssize(rows[i].context) - 1);
  }
  step_at(at);
  for (const DecoderRow& row : rows) known[row.row].push_back(row.context.back());
}

std::size_t Decoder::estimate_bytes(const ModelConfig& config, int rows,
                                    std::size_t activation_bytes) {
  return workspace_bytes(config, positions(config, rows), activation_bytes, Purpose::kInference) +
         KeyValueCache::bytes(config, rows, activation_bytes) +
         Dim{rows} * config.vocab_size * sizeof(float) + places_bytes(rows);
}

Decoder::Decoder(Model& model, int rows) : impl_(std::make_unique<Impl>(*model.impl_, rows)) {
  impl_->warm_up();
}
Decoder::~Decoder() = default;

void Decoder::next(std::span<const DecoderRow> rows, TokenRange range, std::span<float> logits) {
  Impl& d = *impl_;
  for (const DecoderRow& row : rows) d.check(row);
  d.forget_if_changed();
  for (const DecoderRow& row : rows) d.catch_up(row);
  d.step(rows);
  const Dim width = d.model.config.hidden_dim;
  d.model.ops.run(LmHeadLogits{.logits = d.logits.as<float>(),
                               .x = d.work.lnf.activation(),
                               .wte = d.model.weights.wte + range.first * width,
                               .n = std::ssize(rows),
                               .width = width,
                               .vocab = range.size(),
                               .padded_vocab = d.model.config.padded_vocab_size() - range.first});
  d.model.ops.to_host(logits.data(), d.logits.as<float>(),
                      rows.size() * static_cast<std::size_t>(range.size()) * sizeof(float));
}

}  // namespace amt
