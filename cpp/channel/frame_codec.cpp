#include "frame_codec.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace anatomatte::channel {

namespace {

size_t pixel_bytes(const AnmImage& image) {
  size_t each = image.depth == ANM_BYTE ? 1 : image.depth == ANM_FLOAT ? 4 : 2;
  return each * static_cast<size_t>(image.components);
}

size_t extent(int32_t low, int32_t high) {
  return high > low ? static_cast<size_t>(int64_t{high} - low) : 0;
}

size_t packed_row(const AnmImage& image) {
  return extent(image.bounds[0], image.bounds[2]) * pixel_bytes(image);
}

// Rows that follow each other on both sides are one piece.
void copy_rows(const char* from, int64_t from_step, char* to, int64_t to_step, size_t row,
               size_t rows) {
  const auto packed = static_cast<int64_t>(row);
  if (from_step == packed && to_step == packed) {
    row *= rows;
    rows = rows ? 1 : 0;
  }
  for (size_t y = 0; y < rows; ++y, from += from_step, to += to_step) memcpy(to, from, row);
}

void put_image(Writer* out, const AnmImage& image, int64_t block, bool may_keep) {
  out->text(image.clip).i64(block).i64(may_keep ? 1 : 0);
  for (int32_t edge : image.bounds) out->i64(edge);
  for (int32_t edge : image.rod) out->i64(edge);
  out->i64(image.components).i64(image.depth).i64(image.premult).f64(image.pixel_aspect);
}

int32_t get_i32(Reader* in) {
  const int64_t value = in->i64();
  if (value < INT32_MIN || value > INT32_MAX) throw WireError("a number that is too large");
  return static_cast<int32_t>(value);
}

void get_box(Reader* in, int32_t* box) {
  for (int i = 0; i < 4; ++i) box[i] = get_i32(in);
  if (box[2] < box[0] || box[3] < box[1]) throw WireError("bounds that are inside out");
}

AnmImage get_image(Reader* in, const MappedMemory& memory, std::deque<std::string>* texts) {
  AnmImage image{};
  image.size = sizeof image;
  image.clip = texts->emplace_back(in->text()).c_str();
  const int64_t block = in->i64();
  const bool may_keep = in->i64() != 0;
  get_box(in, image.bounds);
  for (int32_t& edge : image.rod) edge = get_i32(in);
  image.components = get_i32(in);
  image.depth = get_i32(in);
  image.premult = get_i32(in);
  image.pixel_aspect = in->f64();
  bool known = image.components >= 1 && image.components <= 4 && image.depth >= ANM_BYTE &&
               image.depth <= ANM_FLOAT;
  if (!known) throw WireError("a picture from the other process has an unknown layout");
  size_t size = 0;  // with plain products bounds could wrap around to a small one
  const bool wraps =
      __builtin_mul_overflow(packed_row(image), extent(image.bounds[1], image.bounds[3]), &size);
  const Mapping& there = memory.at(block);
  if (wraps || size > there.size()) {
    throw WireError("a picture from the other process lies outside the shared memory");
  }
  const size_t row = packed_row(image);
  image.data = there.data() + (size > row ? size - row : 0);  // of the lowest row, the last
  image.row_bytes = -static_cast<int64_t>(row);
  if (may_keep) memory.lend(block, &image);
  return image;
}

void put_range(Writer* out, const AnmRange& range) {
  out->i64(range.known).f64(range.first).f64(range.last);
}

AnmRange get_range(Reader* in) {
  AnmRange range{};
  range.known = get_i32(in);
  range.first = in->f64();
  range.last = in->f64();
  return range;
}

void put_values(Writer* out, const AnmValue* values, int32_t count) {
  out->i64(count);
  for (int i = 0; i < count; ++i) {
    const AnmValue& value = values[i];
    out->text(value.name).i64(value.kind).i64(value.count);
    for (double number : value.number) out->f64(number);
    out->text(value.text ? value.text : "");
  }
}

void get_values(Reader* in, std::vector<AnmValue>* values, std::deque<std::string>* texts) {
  const int64_t count = in->i64();
  if (count < 0 || count > 4096) throw WireError("a frame with an unlikely number of controls");
  for (int64_t i = 0; i < count; ++i) {
    AnmValue value{};
    value.name = texts->emplace_back(in->text()).c_str();
    value.kind = get_i32(in);
    value.count = get_i32(in);
    const bool known = value.kind >= ANM_NUMBERS && value.kind <= ANM_TRUTH && value.count >= 0 &&
                       value.count <= static_cast<int32_t>(std::size(value.number));
    if (!known) throw WireError("a control of an unknown kind");
    for (double& number : value.number) number = in->f64();
    value.text = texts->emplace_back(in->text()).c_str();
    values->push_back(value);
  }
}

}  // namespace

size_t packed_size(const AnmImage& image) {
  return packed_row(image) * extent(image.bounds[1], image.bounds[3]);
}

void copy_packed(const AnmImage& image, char* to) {
  const size_t row = packed_row(image), rows = extent(image.bounds[1], image.bounds[3]);
  const char* low = static_cast<const char*>(image.data);
  copy_rows(low + (static_cast<int64_t>(rows) - 1) * image.row_bytes, -image.row_bytes, to,
            static_cast<int64_t>(row), row, rows);
}

AnmImage window_image(const AnmCall& call) {
  AnmImage image = *call.output;
  for (int i = 0; i < 4; ++i) image.bounds[i] = call.window[i];
  return image;
}

void put_picture(Writer* out, const AnmImage& image, int64_t block, bool may_keep) {
  put_image(out, image, block, may_keep);
}

AnmImage get_picture(Reader* in, const MappedMemory& memory, std::deque<std::string>* texts) {
  return get_image(in, memory, texts);
}

std::string encode(const AnmCall& call, const std::vector<int64_t>& blocks, bool may_keep,
                   const std::string& ocio) {
  Writer out;
  out.f64(call.time).f64(call.scale[0]).f64(call.scale[1]).i64(call.draft).text(ocio);
  for (int32_t edge : call.window) out.i64(edge);
  out.i64(call.n_inputs);
  for (int i = 0; i < call.n_inputs; ++i) put_image(&out, call.inputs[i], blocks[i], may_keep);
  put_image(&out, window_image(call), blocks.back(), false);
  put_values(&out, call.values, call.n_values);
  put_range(&out, call.range);
  out.i64(static_cast<int64_t>(call.sequence)).i64(call.fetch && call.values_at ? 1 : 0);
  return out.bytes();
}

std::string encode_values(const AnmValue* values, int32_t count) {
  Writer out;
  put_values(&out, values, count);
  return out.bytes();
}

void decode_values(Reader* in, std::vector<AnmValue>* values, std::deque<std::string>* texts) {
  get_values(in, values, texts);
  in->end();
}

std::string encode_reach(const AnmReach& question) {
  Writer out;
  out.f64(question.time);
  put_range(&out, question.range);
  put_values(&out, question.values, question.n_values);
  return out.bytes();
}

void decode_reach(const std::string& body, DecodedReach* decoded) {
  Reader in(body);
  AnmReach& question = decoded->question;
  question.size = sizeof question;
  question.time = in.f64();
  question.range = get_range(&in);
  get_values(&in, &decoded->values, &decoded->texts);
  in.end();
  question.values = decoded->values.data();
  question.n_values = static_cast<int32_t>(decoded->values.size());
}

void decode(const std::string& body, const MappedMemory& memory, Decoded* decoded) {
  Reader in(body);
  AnmCall& call = decoded->call;
  call.size = sizeof call;
  call.time = in.f64();
  call.scale[0] = in.f64();
  call.scale[1] = in.f64();
  call.draft = get_i32(&in);
  decoded->ocio = in.text();
  get_box(&in, call.window);
  int64_t count = in.i64();
  if (count < 0 || count > 64) throw WireError("a frame with an unlikely number of clips");
  for (int64_t i = 0; i < count; ++i) {
    decoded->inputs.push_back(get_image(&in, memory, &decoded->texts));
  }
  decoded->output = get_image(&in, memory, &decoded->texts);
  if (memcmp(decoded->output.bounds, call.window, sizeof call.window) != 0) {
    throw WireError("a window that is not its picture's");
  }
  get_values(&in, &decoded->values, &decoded->texts);
  call.range = get_range(&in);
  call.sequence = static_cast<uint64_t>(in.i64());
  decoded->fetches = in.i64() != 0;
  in.end();
  call.inputs = decoded->inputs.data();
  call.n_inputs = static_cast<int32_t>(decoded->inputs.size());
  call.output = &decoded->output;
  call.values = decoded->values.data();
  call.n_values = static_cast<int32_t>(decoded->values.size());
}

int64_t window_rows(const AnmCall& call) {
  return static_cast<int64_t>(extent(call.window[1], call.window[3]));
}

void copy_out(const AnmCall& call, const char* window, int64_t first, int64_t end) {
  end = std::min(end, window_rows(call));
  if (first >= end) return;
  const AnmImage& image = *call.output;
  const size_t row = packed_row(window_image(call));
  char* to = static_cast<char*>(image.data) +
             (int64_t{call.window[3]} - 1 - first - image.bounds[1]) * image.row_bytes +
             (int64_t{call.window[0]} - image.bounds[0]) * static_cast<int64_t>(pixel_bytes(image));
  copy_rows(window + first * static_cast<int64_t>(row), static_cast<int64_t>(row), to,
            -image.row_bytes, row, static_cast<size_t>(end - first));
}

}  // namespace anatomatte::channel
