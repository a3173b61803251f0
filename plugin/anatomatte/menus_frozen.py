"""The order of every menu, frozen: an entry keeps its place for good.

Written by ``python -m anatomatte.settings freeze``, which only appends; never edited by hand.  A
control's name, then the keys of its menu.  Standard library only.
"""

from __future__ import annotations

_TEXT = """
output: premultiplied unpremultiplied matte comp status packed people parts spill edge screen cleanplate
  hard_people hard_parts band soft face_plate face_patch
output_colour: input linear srgb rec709
pack_r: none alpha screen core garbage hint spill person_01 person_02 person_03 person_04 person_05
  person_06 person_07 person_08 hat hair face glasses neck torso_skin upper_clothes coat dress trousers
  skirt left_arm right_arm left_hand right_hand left_leg right_leg left_shoe right_shoe scarf bag held other
  skin clothes arms legs feet left_tights right_tights tights face_patch face_skin face_brows face_eyes
  face_iris face_nose face_lips face_mouth face_ears face_beard
pack_g: none alpha screen core garbage hint spill person_01 person_02 person_03 person_04 person_05
  person_06 person_07 person_08 hat hair face glasses neck torso_skin upper_clothes coat dress trousers
  skirt left_arm right_arm left_hand right_hand left_leg right_leg left_shoe right_shoe scarf bag held other
  skin clothes arms legs feet left_tights right_tights tights face_patch face_skin face_brows face_eyes
  face_iris face_nose face_lips face_mouth face_ears face_beard
pack_b: none alpha screen core garbage hint spill person_01 person_02 person_03 person_04 person_05
  person_06 person_07 person_08 hat hair face glasses neck torso_skin upper_clothes coat dress trousers
  skirt left_arm right_arm left_hand right_hand left_leg right_leg left_shoe right_shoe scarf bag held other
  skin clothes arms legs feet left_tights right_tights tights face_patch face_skin face_brows face_eyes
  face_iris face_nose face_lips face_mouth face_ears face_beard
pack_a: none alpha screen core garbage hint spill person_01 person_02 person_03 person_04 person_05
  person_06 person_07 person_08 hat hair face glasses neck torso_skin upper_clothes coat dress trousers
  skirt left_arm right_arm left_hand right_hand left_leg right_leg left_shoe right_shoe scarf bag held other
  skin clothes arms legs feet left_tights right_tights tights face_patch face_skin face_brows face_eyes
  face_iris face_nose face_lips face_mouth face_ears face_beard
parts_of: everyone person_01 person_02 person_03 person_04 person_05 person_06 person_07 person_08
screen: auto green blue picked none
shadows: drop keep
source_alpha: ignore add multiply
input_colour: auto linear srgb rec709 cineon logc3 logc4 slog3 vlog log3g10 clog3 acescct pq hlg
subject: auto on off
who: everyone largest index point main
also_keep: nobody point box
leave_out: nobody point box
parts: all face_hair head skin clothes tops bottoms arms hands legs feet worn hat hair face glasses neck
  torso_skin upper_clothes coat dress trousers skirt left_arm right_arm left_hand right_hand left_leg
  right_leg left_shoe right_shoe scarf bag held other listed left_tights right_tights tights
parts_model: own m2fp-multi m2fp-single schp-lip schp-atr schp-pascal sapiens-seg-0-3b sapiens-seg-0-6b
  sapiens-seg-1b face-parsing-resnet18 face-parsing-resnet34 mediapipe-hair custom sapiens2-seg-0-4b
  sapiens2-seg-0-8b sapiens2-seg-1b
alpha_model: own parts modnet cv-unet-portrait cv-unet-universal rvm-mobilenetv3 rvm-resnet50
  modelscope-video-matting birefnet-general birefnet-portrait birefnet-matting u2net u2net-human isnet
  mediapipe-selfie mediapipe-selfie-landscape mediapipe-pose corridorkey custom sapiens2-matting-1b
edge_model: own alpha vitmatte-small corridorkey modnet birefnet-matting birefnet-portrait birefnet-general
  cv-unet-portrait cv-unet-universal rvm-mobilenetv3 rvm-resnet50 modelscope-video-matting custom
despill_method: average limit double unmix
despill_replace: nothing luminance bg colour
fix_1: nothing keep remove part person
fix_1_part: hat hair face glasses neck torso_skin upper_clothes coat dress trousers skirt left_arm right_arm
  left_hand right_hand left_leg right_leg left_shoe right_shoe scarf bag other left_tights right_tights
fix_2: nothing keep remove part person
fix_2_part: hat hair face glasses neck torso_skin upper_clothes coat dress trousers skirt left_arm right_arm
  left_hand right_hand left_leg right_leg left_shoe right_shoe scarf bag other left_tights right_tights
fix_3: nothing keep remove part person
fix_3_part: hat hair face glasses neck torso_skin upper_clothes coat dress trousers skirt left_arm right_arm
  left_hand right_hand left_leg right_leg left_shoe right_shoe scarf bag other left_tights right_tights
check: off frame neighbours
draft: auto off always
device: auto cpu cuda:0 cuda:1 cuda:2 cuda:3 cuda:4 cuda:5 cuda:6 cuda:7 mps
swap: off pictures network
swap_whose: main number name point reference
"""

FROZEN: dict[str, tuple[str, ...]] = {
    name: tuple(keys.split())
    for name, _, keys in (row.partition(":") for row in _TEXT.replace("\n  ", " ").splitlines() if row)
}
"""Control → the keys of its menu in their frozen order."""
