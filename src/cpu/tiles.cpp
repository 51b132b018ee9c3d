#include "tiles.hpp"

#ifdef AMT_ISA

#include "base/tile_shapes.hpp"

namespace amt::cpu::AMT_ISA {

using Index = std::int64_t;

#ifdef __AMX_TILE__

// Tiles 0 and 1 hold the sums, 2 holds x, 3 and 4 hold the matrix.
void tile_product_bf16(float* out, Index out_stride, const Bf16* x, Index n, const Bf16* tiles,
                       Index depth, Index panels) {
  constexpr Index kTile = kTileBytes / sizeof(Bf16);
  const Index x_bytes = depth * sizeof(Bf16), out_bytes = out_stride * sizeof(float);
  TileShapes shapes;
  for (int tile = 0; tile < 5; ++tile) shapes.set(tile, tile < 3 ? n : kTileRows, 64);
  _tile_loadconfig(&shapes);
  for (Index panel = 0; panel < panels; ++panel) {
    _tile_zero(0);
    _tile_zero(1);
    for (Index d = 0; d < depth; d += kTileDepth<Bf16>, tiles += 2 * kTile) {
      _tile_loadd(2, x + d, x_bytes);
      _tile_loadd(3, tiles, 64);
      _tile_dpbf16ps(0, 2, 3);
      _tile_loadd(4, tiles + kTile, 64);
      _tile_dpbf16ps(1, 2, 4);
    }
    _tile_stored(0, out + panel * kPanel, out_bytes);
    _tile_stored(1, out + panel * kPanel + kTileColumns, out_bytes);
  }
  _tile_release();
}

#else

void tile_product_bf16(float*, Index, const Bf16*, Index, const Bf16*, Index, Index) {}

#endif

}  // namespace amt::cpu::AMT_ISA

#else

#include <algorithm>
#include <vector>

#include "amt/ops/int8_weights.hpp"
#include "base/parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

Dim round_up(Dim x, Dim multiple) { return (x + multiple - 1) / multiple * multiple; }

/// Cuts a matrix into tiles of elements E. convert(E* out, d, c, size) converts `size` weights of
/// row d, beginning at column c.
template <class E>
Buffer tiles_of(Ops& memory, int threads, Dim depth, Dim columns, const auto& convert) {
  constexpr Dim kTile = kTileBytes / sizeof(E), kSide = kTogether<E>;
  const Dim panel_size = round_up(depth, kTileDepth<E>) * kPanel;
  const Dim panels = (columns + kPanel - 1) / kPanel;
  Buffer tiles(memory, panels * panel_size * sizeof(E));
  parallel_for(threads, panels, [&](Dim panel) {
    E* const to = tiles.as<E>() + panel * panel_size;
    std::fill_n(to, panel_size, E{});
    const Dim first = panel * kPanel, size = std::min(kPanel, columns - first);
    for (Dim d = 0; d < depth; ++d) {
      E row[kPanel];
      convert(row, d, first, size);
      E* const at = to + d / kTileDepth<E> * 2 * kTile +
                    d % kTileDepth<E> / kSide * kSide * kTileColumns + d % kSide;
      for (Dim c = 0; c < size; ++c) {
        at[c / kTileColumns * kTile + c % kTileColumns * kSide] = row[c];
      }
    }
  });
  return tiles;
}

/// Copies x [n, depth], with zeros after each row up to `stride`.
void pad_rows(Bf16* out, Dim stride, const Bf16* x, Dim n, Dim depth) {
  for (Dim i = 0; i < n; ++i) {
    Bf16* const row = out + i * stride;
    std::fill(std::copy_n(x + i * depth, depth, row), row + stride, Bf16{});
  }
}

/// Computes a product of few rows: product(sums, stride, first, count) computes the sums of panels
/// [first, first + count), to which the bias is then added. The threads divide the panels.
template <class T>
void add_bias(Context<T>& cpu, T* out, float* sums, const TiledMatrix& w, const float* bias, Dim n,
              const auto& product) {
  const Dim stride = round_up(w.columns, kPanel), panels = stride / kPanel;
  const Dim share = (panels + cpu.threads() - 1) / cpu.threads();
  parallel_pieces(cpu.threads(), panels, share, [&](Dim begin, Dim end) {
    const Dim first = begin * kPanel, size = std::min(w.columns, end * kPanel) - first;
    product(sums + first, stride, begin, end - begin);
    for (Dim i = 0; i < n; ++i) {
      float* const sum = sums + i * stride + first;
      add_row(sum, bias + first, size);
      copy_row(out + i * w.columns + first, sum, size);
    }
  });
}

template <class T>
void int8_affine(Context<T>& cpu, T* out, const T* x, const TiledMatrix& w, const float* bias,
                 Dim n) {
  const Dim depth = round_up(w.depth, kTileDepth<std::int8_t>);
  const Dim sums_size = n * round_up(w.columns, kPanel);
  float* const sums = cpu.scratch(sums_size + n + n * depth / 2);
  float* const row_steps = sums + sums_size;
  auto* const high = reinterpret_cast<std::int8_t*>(row_steps + n);
  std::int8_t* const low = high + n * depth;
  std::fill_n(high, 2 * n * depth, std::int8_t{});
  for (Dim i = 0; i < n; ++i) {
    row_steps[i] = in_two_bytes(high + i * depth, low + i * depth,
                                read_row(x + i * w.depth, 0, w.depth), w.depth);
  }
  add_bias(cpu, out, sums, w, bias, n, [&](float* to, Dim stride, Dim first, Dim count) {
    tile_product_int8(to, stride, high, low, row_steps, n,
                      w.tiles.as<std::int8_t>() + first * kPanel * depth,
                      w.steps.as<float>() + first * kPanel, depth, count);
  });
}

void bf16_affine(Context<Bf16>& cpu, Bf16* out, const Bf16* x, const TiledMatrix& w,
                 const float* bias, Dim n) {
  const Dim depth = round_up(w.depth, kTileDepth<Bf16>);
  const Dim sums_size = n * round_up(w.columns, kPanel);
  float* const sums = cpu.scratch(sums_size + n * depth / 2);
  Bf16* const rows = reinterpret_cast<Bf16*>(sums + sums_size);
  pad_rows(rows, depth, x, n, w.depth);
  add_bias(cpu, out, sums, w, bias, n, [&](float* to, Dim stride, Dim first, Dim count) {
    tile_product_bf16(to, stride, rows, n, w.tiles.as<Bf16>() + first * kPanel * depth, depth,
                      count);
  });
}

}  // namespace

TiledMatrix cut_into_tiles(Ops& memory, int threads, const float* weight, Dim depth, Dim columns,
                           bool int8) {
  TiledMatrix tiled{depth, columns, {}, {}};
  if (!int8) {
    tiled.tiles = tiles_of<Bf16>(
        memory, threads, depth, columns,
        [&](Bf16* out, Dim d, Dim c, Dim size) { to_bf16(out, weight + d * columns + c, size); });
    return tiled;
  }
  std::vector<float> steps = int8_steps(weight, depth, columns);
  steps.resize(round_up(columns, kPanel));
  tiled.steps = Buffer::floats(memory, std::ssize(steps));
  memory.to_device(tiled.steps.as<float>(), steps.data(), tiled.steps.bytes());
  tiled.tiles = tiles_of<std::int8_t>(
      memory, threads, depth, columns, [&](std::int8_t* out, Dim d, Dim c, Dim size) {
        for (Dim k = 0; k < size; ++k) {
          out[k] = static_cast<std::int8_t>(in_steps(weight[d * columns + c + k], steps[c + k]));
        }
      });
  return tiled;
}

template <>
void tiled_affine(Context<float>& cpu, float* out, const float* x, const TiledMatrix& w,
                  const float* bias, Dim n) {
  int8_affine(cpu, out, x, w, bias, n);
}
template <>
void tiled_affine(Context<Bf16>& cpu, Bf16* out, const Bf16* x, const TiledMatrix& w,
                  const float* bias, Dim n) {
  if (w.steps.bytes() > 0) return int8_affine(cpu, out, x, w, bias, n);
  bf16_affine(cpu, out, x, w, bias, n);
}

}  // namespace amt::cpu

#endif
