#include "amt/model/model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "amt/base/error.hpp"
#include "model_impl.hpp"

namespace amt {
void Model::Impl::require_training() const {
  if (gradients.bytes() > 0) return;
  throw std::logic_error("gradients were requested from a model made for inference");
}

void Model::Impl::check_size(std::size_t floats) const {
  if (std::cmp_equal(floats, layout.total())) return;
  throw Error(fmt::format(
      "a buffer of {} floats was given for a model of {}, padding included: were they made for "
      "another configuration?",
      floats, layout.total()));
}

void Model::Impl::load(std::span<const Token> tokens, int rows) {
  const std::size_t expected = Dim{rows} * config.seq_len;
  if (rows < 1 || rows > micro_batch || tokens.size() != expected) {
    throw Error(fmt::format(
        "a batch of {} rows and {} tokens was given to a model made for 1 to {} rows of {}", rows,
        tokens.size(), micro_batch, config.seq_len));
  }
  check_tokens(tokens, config.seq_len);
  ops.to_device(work.tokens.as<Token>(), tokens.data(), tokens.size_bytes());
}

void Model::Impl::check_tokens(std::span<const Token> tokens, std::int64_t row_length) const {
  const auto bad =
      std::ranges::find_if(tokens, [&](Token token) { return token >= config.vocab_size; });
  if (bad == tokens.end()) return;
  const std::int64_t at = bad - tokens.begin();
  throw Error(
      fmt::format("token {} at position {} of row {} is outside the vocabulary of {}: is the "
                  "dataset of another "
                  "encoding?",
                  *bad, at % row_length, at / row_length, config.vocab_size));
}

void Model::Impl::refresh(std::int64_t end) {
  if (!arrival || !readable_once) end = layout.total();
  if (fresh >= end) return;
  if (arrival) arrival(end);
  if (end == layout.total()) arrival = {};
  readable.refresh(readable_once ? fresh : 0, end);
  readable_once = true;
  fresh = end;
}

void Model::Impl::receive_all() {
  if (arrival) std::exchange(arrival, {})(layout.total());
}

Pass Model::Impl::forward(std::span<const Token> tokens, int rows, const DropoutKey& key,
                          bool dropout) {
  load(tokens, rows);
  Pass pass(ops, config, weights, work, rows, key, dropout);
  pass.forward([this](std::size_t section) { refresh(starts[section]); });
  return pass;
}

Model::Model(Ops& ops, const ModelConfig& config, int micro_batch, Purpose purpose) {
  config.validate();
  impl_ = std::make_unique<Impl>(ops, config, micro_batch, purpose);
}
Model::~Model() = default;

const ModelConfig& Model::config() const { return impl_->config; }
const ParameterLayout& Model::layout() const { return impl_->layout; }
Ops& Model::ops() { return impl_->ops; }
float* Model::gradients() { return impl_->gradients.as<float>(); }

float* Model::parameters() {
  impl_->receive_all();
  impl_->fresh = 0;
  ++impl_->versions;
  return impl_->parameters.as<float>();
}

float* Model::parameters_for_update() {
  impl_->receive_all();
  ++impl_->versions;
  return impl_->parameters.as<float>();
}

void Model::receive_parameters(Arrival arrival) {
  impl_->arrival = std::move(arrival);
  impl_->fresh = 0;
  ++impl_->versions;
}

void Model::set_parameters(std::span<const float> host) {
  impl_->check_size(host.size());
  impl_->ops.to_device(parameters(), host.data(), impl_->parameters.bytes());
}

void Model::get_parameters(std::span<float> host) {
  impl_->check_size(host.size());
  impl_->receive_all();
  impl_->ops.to_host(host.data(), impl_->parameters.as<float>(), impl_->parameters.bytes());
}

void Model::get_gradients(std::span<float> host) {
  impl_->require_training();
  impl_->check_size(host.size());
  impl_->ops.to_host(host.data(), impl_->gradients.as<float>(), impl_->gradients.bytes());
}

void Model::zero_gradients() {
  impl_->require_training();
  impl_->gradients.zero();
}

void Model::forward_backward(std::span<const Token> tokens, int rows, const LossConfig& terms,
                             const DropoutKey& key, const GradientReady& ready) {
  impl_->require_training();
  Pass pass = impl_->forward(tokens, rows, key, true);
  pass.backward(tokens, ModelView(impl_->gradients.as<float>(), impl_->layout), terms,
                impl_->starts, ready);
}

double Model::take_loss() {
  impl_->require_training();
  double loss = 0;
  impl_->ops.to_host(&loss, impl_->work.loss.as<double>(), sizeof(loss));
  impl_->work.loss.zero();
  return loss;
}

void Model::losses(std::span<const Token> tokens, int rows, std::span<float> losses) {
  const Pass pass = impl_->forward(tokens, rows, {}, false);
  float* on_device = impl_->work.losses.as<float>();
  impl_->ops.run(LmHeadLosses{.losses = on_device,
                              .x = impl_->work.lnf.activation(),
                              .wte = impl_->weights.wte,
                              .tokens = impl_->work.tokens.as<Token>(),
                              .shape = pass.lm_head_shape()});
  impl_->ops.to_host(losses.data(), on_device, losses.size_bytes());
}

void Model::logits(std::span<const Token> tokens, int rows, std::span<float> logits) {
  const Pass pass = impl_->forward(tokens, rows, {}, false);
  const Buffer on_device = Buffer::floats(impl_->ops, logits.size());
  const LmHeadShape shape = pass.lm_head_shape();
  impl_->ops.run(LmHeadLogits{.logits = on_device.as<float>(),
                              .x = impl_->work.lnf.activation(),
                              .wte = impl_->weights.wte,
                              .n = shape.rows * shape.seq_len,
                              .width = shape.width,
                              .vocab = shape.vocab,
                              .padded_vocab = shape.padded_vocab});
  impl_->ops.to_host(logits.data(), on_device.as<float>(), logits.size_bytes());
}

}  // namespace amt
