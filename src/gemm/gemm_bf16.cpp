// Products of bf16 matrices by oneDNN's matmul primitives, because it has no simpler call for bf16.
// Creating a primitive generates code, so each thread caches its primitives by shape.
#include <fmt/core.h>
#include <omp.h>

#include <dnnl.hpp>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/gemm/gemm.hpp"

namespace amt {
namespace {

using Memory = dnnl::memory;
using Type = dnnl::memory::data_type;

/// Everything that the generated code depends on.
struct Shape {
  Dim m, n, k, c_stride, a_stride, b_stride;
  bool a_transposed, b_transposed, to_float, add, bias;
  int threads;
  auto operator<=>(const Shape&) const = default;
};

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

Memory::desc input(Dim rows, Dim columns, Dim stride, bool transposed) {
  const Memory::dims strides = transposed ? Memory::dims{1, stride} : Memory::dims{stride, 1};
  return {{rows, columns}, Type::bf16, strides};
}

dnnl::matmul::primitive_desc describe(const Shape& s) {
  const Memory::desc a = input(s.m, s.k, s.a_stride, s.a_transposed);
  const Memory::desc b = input(s.k, s.n, s.b_stride, s.b_transposed);
  const Memory::desc c({s.m, s.n}, s.to_float ? Type::f32 : Type::bf16,
                       Memory::dims{s.c_stride, 1});
  const Memory::desc bias =
      s.bias ? Memory::desc({1, s.n}, Type::f32, Memory::dims{s.n, 1}) : Memory::desc();
  dnnl::primitive_attr attributes;
  // Several threads must not share the library's own scratchpad.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (s.add) {
    dnnl::post_ops sum;
    sum.append_sum(1.0f);
    attributes.set_post_ops(sum);
  }
#if DNNL_VERSION_MAJOR >= 3
  return s.bias ? dnnl::matmul::primitive_desc(cpu(), a, b, bias, c, attributes)
                : dnnl::matmul::primitive_desc(cpu(), a, b, c, attributes);
#else
  return {s.bias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c), attributes,
          cpu()};
#endif
}

/// One thread's primitive for one shape.
class Product {
 public:
  explicit Product(const Shape& shape) : Product(shape, describe(shape)) {}

  void run(void* c, const Bf16* a, const Bf16* b, const float* bias, void* scratch) {
    a_.set_data_handle(const_cast<Bf16*>(a));  // oneDNN has no type for read-only memory
    b_.set_data_handle(const_cast<Bf16*>(b));
    c_.set_data_handle(c);
    if (bias_) bias_->set_data_handle(const_cast<float*>(bias));
    scratch_.set_data_handle(scratch);
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }
  std::size_t scratch_bytes() const { return scratch_.get_desc().get_size(); }

 private:
  Product(const Shape& shape, const dnnl::matmul::primitive_desc& description)
      : primitive_(description),
        stream_(cpu()),
        a_(description.src_desc(), cpu(), nullptr),
        b_(description.weights_desc(), cpu(), nullptr),
        c_(description.dst_desc(), cpu(), nullptr),
        scratch_(description.scratchpad_desc(), cpu(), nullptr),
        arguments_{{DNNL_ARG_SRC, a_},
                   {DNNL_ARG_WEIGHTS, b_},
                   {DNNL_ARG_DST, c_},
                   {DNNL_ARG_SCRATCHPAD, scratch_}} {
    if (!shape.bias) return;
    bias_.emplace(Memory::desc({1, shape.n}, Type::f32, Memory::dims{shape.n, 1}), cpu(), nullptr);
    arguments_.emplace(DNNL_ARG_BIAS, *bias_);
  }

  dnnl::matmul primitive_;
  dnnl::stream stream_;
  Memory a_, b_, c_, scratch_;
  std::optional<Memory> bias_;
  std::unordered_map<int, Memory> arguments_;  // shares the memory of the handles above
};

void multiply(const Shape& shape, void* c, const Bf16* a, const Bf16* b, const float* bias) {
  thread_local std::map<Shape, Product> products;
  thread_local std::vector<std::byte> scratch;
  try {
    auto known = products.find(shape);
    if (known == products.end()) known = products.emplace(shape, shape).first;
    // One extra page for alignment, which the library expects.
    constexpr std::size_t kAlignment = 4096;
    const std::size_t bytes = known->second.scratch_bytes();
    if (scratch.size() < bytes + kAlignment) scratch.resize(bytes + kAlignment);
    void* aligned = scratch.data();
    std::size_t space = scratch.size();
    known->second.run(c, a, b, bias, std::align(kAlignment, bytes, aligned, space));
  } catch (const dnnl::error& error) {
    throw Error(
        fmt::format("oneDNN failed in a bf16 matrix product of {} x {} x {}: {}; --trainer.mp f32 "
                    "avoids these, or report it with the output of amt --version",
                    shape.m, shape.n, shape.k, error.message));
  }
}

Shape shape_of(Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b) {
  return {.m = m,
          .n = n,
          .k = k,
          .c_stride = c_stride,
          .a_stride = a.stride,
          .b_stride = b.stride,
          .a_transposed = a.transposed,
          .b_transposed = b.transposed,
          .to_float = false,
          .add = false,
          .bias = false,
          .threads = omp_in_parallel() != 0 ? 1 : omp_get_max_threads()};
}

}  // namespace

void gemm(float* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b,
          Write write) {
  Shape shape = shape_of(c_stride, m, n, k, a, b);
  shape.to_float = true;
  shape.add = write == Write::kAdd;
  multiply(shape, c, a.data, b.data, nullptr);
}

void gemm(Bf16* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b,
          const float* bias) {
  Shape shape = shape_of(c_stride, m, n, k, a, b);
  shape.bias = bias != nullptr;
  multiply(shape, c, a.data, b.data, bias);
}

Bf16Support bf16_products() {
  const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
  const auto bits = [](dnnl::cpu_isa set) { return static_cast<unsigned>(set); };
  const auto at_least = [&](dnnl::cpu_isa wanted) {
    return (bits(isa) & bits(wanted)) == bits(wanted);
  };
  if (at_least(dnnl::cpu_isa::avx512_core_amx)) return Bf16Support::kTiles;
  if (at_least(dnnl::cpu_isa::avx512_core_bf16)) return Bf16Support::kVectors;
  return Bf16Support::kNone;
}

}  // namespace amt
