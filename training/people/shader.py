"""GLSL of the renderer: one vertex shader, one surface shader, one for the shadow map.

Attributes: pos, nrm (a strand's tangent), rest (where patterns live) and aux = (part, p, q, cut):
p and q blend colours, a fragment with cut < 0 is dropped. The second colour attachment receives
part / 255, so labels and coverage come from the same fragments as the picture.
"""

VERTEX = """#version 330
in vec3 pos; in vec3 nrm; in vec3 rest; in vec4 aux;
uniform mat4 view_projection; uniform mat4 light_projection;
out vec3 w; out vec3 n; out vec3 r; out vec3 f; flat out float part; out vec4 lp;
void main() {
    gl_Position = view_projection * vec4(pos, 1);
    w = pos; n = nrm; r = rest; f = aux.yzw; part = aux.x;
    lp = light_projection * vec4(pos, 1);
}"""

SHADOW_VERTEX = """#version 330
in vec3 pos; in vec4 aux; uniform mat4 view_projection; out float cut;
void main() { gl_Position = view_projection * vec4(pos, 1); cut = aux.w; }"""

SHADOW_FRAGMENT = """#version 330
in float cut;
void main() { if (cut < 0.) discard; }"""

_NOISE = """
float hash(vec3 p) {
    p = fract(p * 0.3183099 + vec3(.1, .2, .3) + seed * .013) * 17.;
    return fract(p.x * p.y * p.z * (p.x + p.y + p.z));
}
float vnoise(vec3 x) {
    vec3 i = floor(x), g = fract(x);
    g = g * g * (3. - 2. * g);
    return mix(mix(mix(hash(i), hash(i + vec3(1,0,0)), g.x),
                   mix(hash(i + vec3(0,1,0)), hash(i + vec3(1,1,0)), g.x), g.y),
               mix(mix(hash(i + vec3(0,0,1)), hash(i + vec3(1,0,1)), g.x),
                   mix(hash(i + vec3(0,1,1)), hash(i + vec3(1,1,1)), g.x), g.y), g.z);
}
vec3 bumped(vec3 N, float height, float k) {
    vec3 dx = dFdx(w), dy = dFdy(w);
    vec3 r1 = cross(dy, N), r2 = cross(N, dx);
    float det = dot(dx, r1);
    vec3 o = abs(det) * N - k * sign(det) * (dFdx(height) * r1 + dFdy(height) * r2);
    return dot(o, o) > 0. ? normalize(o) : N;
}
vec3 ambient(vec3 d) {
    return max(SH[0] + SH[1]*d.y + SH[2]*d.z + SH[3]*d.x + SH[4]*d.x*d.y + SH[5]*d.y*d.z
        + SH[6]*(3.*d.z*d.z - 1.) + SH[7]*d.x*d.z + SH[8]*(d.x*d.x - d.y*d.y), 0.);
}
vec3 picture(vec2 uv, float layer) { return pow(texture(textures, vec3(uv, layer)).rgb, vec3(2.2)); }
"""

_CLOTH = """
vec3 cloth_colour() {
    vec3 q = r * pattern.y;
    float c = cos(pattern.z), s = sin(pattern.z);
    q.xy = vec2(c * q.x - s * q.y, s * q.x + c * q.y);
    int t = int(pattern.x + .5);
    float k = 0.;
    bool chest = abs(r.x - print_.y) < print_.z && abs(r.y - print_.w) < print_.z && r.z > .3;
    if (t == 1) k = step(print_.x, fract(q.x));
    else if (t == 2) k = step(print_.x, fract(q.y));
    else if (t == 3) k = .5 * step(print_.x, fract(q.x)) + .5 * step(print_.x, fract(q.y));
    else if (t == 4) k = smoothstep(.48, .56, .6 * vnoise(q * 1.3) + .4 * vnoise(q * 2.7 + 7.));
    else if (t == 5) k = 1. - smoothstep(.2, .25, length(fract(q.xy) - .5));
    else if (t == 6 && chest) k = step(.45, vnoise(vec3(floor(r.xy * pattern.y * 3.), 1.)));
    vec3 alb = mix(ca, cb, k * pattern.w);
    if (t == 7) alb = mix(alb, picture(q.xy * .25 + .5, print_.x), pattern.w);
    if (t == 8 && chest) {
        vec2 u = (r.xy - vec2(print_.y, print_.w)) / print_.z * .5 + .5;
        alb = mix(alb, picture(vec2(u.x, 1. - u.y), print_.x), .9);
    }
    if (f.z < trim.x) alb *= f.z > trim.x * .6 ? .55 : .85;  // hem and its seam
    if (trim.y > 0. && r.z > .2 && abs(r.x) < trim.y) {  // placket, zip, buttons
        alb = mix(alb, cb, .35) * (abs(r.x) > trim.y * .8 ? .6 : 1.);
        if (length(vec2(r.x, (fract(r.y * 1.4) - .5) / 1.4)) < trim.y * .45) alb = cc;
    }
    if (trim.z > 0. && abs(abs(r.x) - .75) < .35 && abs(r.y - 4.6 + 3.4 * step(r.y, 2.6)) < .38) {  // pockets
        vec2 d = vec2(abs(abs(r.x) - .75) - .35, abs(r.y - 4.6 + 3.4 * step(r.y, 2.6)) - .38);
        alb *= max(d.x, d.y) > -.05 ? .6 : 1.06;
    }
    return alb * (1. + (vnoise(r * vec3(1., .6, 1.) * 1.2 + 2.) - .5) * .35 + (vnoise(r * 24.) - .5) * .12);
}
"""

_MAIN = """
void main() {
    if (f.z < 0.) discard;
    vec3 N = normalize(n), V = normalize(eye - w), alb = ca;
    if (kind != 3 && dot(N, V) < 0.) N = -N;
    float wrap = 0., sp = gloss, ao = 1.;
    if (kind == 0) {  // skin
        float fine = vnoise(r * 14.) - .5;
        alb = ca * (1. + (vnoise(r * 2.) - .5) * .28 + fine * .09);
        float flush = clamp(vnoise(r * 1.3 + 9.) * 1.6 - .5, 0., 1.) * .6;
        alb = mix(alb, alb * vec3(1.12, .86, .84), flush);
        alb = mix(alb, cb, smoothstep(.45, .85, f.x));
        alb = mix(alb, cc, clamp(f.y, 0., 1.) * pattern.x * (.55 + .45 * vnoise(r * 30.)));
        wrap = .25;
        N = bumped(N, fine, bump * .12);
    } else if (kind == 1) {  // eye
        alb = mix(vec3(.75, .72, .70), ca * (.6 + .6 * vnoise(r * 40.)), 1. - smoothstep(.48, .54, f.x));
        alb = mix(alb, vec3(.01), 1. - smoothstep(.2, .24, f.x));
        ao = .75;
    } else if (kind == 2) {  // cloth
        alb = cloth_colour();
        if (thin.x > 0. && hash(floor(r * 90.)) < thin.x) discard;  // sheer cloth
        if (bump > 0.) {
            vec3 scale = bump_scale * vec3(1., .55, 1.);
            float bend = vnoise(r * .9);
            float h = .65 * vnoise((r + bend * .6) * scale) + .35 * vnoise((r + bend) * scale * 2.3);
            N = bumped(N, h, bump);
            ao = clamp(.55 + .9 * h, 0., 1.);
        }
    } else if (kind == 3) alb = mix(ca, cb, f.x) * (.75 + .5 * f.y);
    else if (kind == 4) {  // walls, furniture
        alb = mix(ca, picture(r.xy * pattern.y, print_.x), pattern.w) * (1. + (vnoise(w * .5) - .5) * .4);
    } else if (kind == 5) {  // hair mesh
        vec3 q = vec3(r.x * 18., r.y * 2.5, r.z * 18.);
        alb = mix(ca, cb, vnoise(q + 2. * vnoise(r * 2.))) * (.5 + .7 * vnoise(q * 2.3));
        if (thin.x > 0. && vnoise(q * 1.7 + 3.) < thin.x * f.y) discard;
        if (f.z < thin.y * vnoise(r * 20.)) discard;
        sp *= .6;
    }
    float lit = 1.;
    vec3 p = lp.xyz / lp.w * .5 + .5;
    if (p.x > 0. && p.x < 1. && p.y > 0. && p.y < 1.) {
        lit = 0.;
        for (int i = 0; i < 2; i++) for (int j = 0; j < 2; j++)
            lit += .25 * step(p.z - .004, texture(shadow, p.xy + (vec2(i, j) - .5) * 1.6 / 640.).r);
    }
    vec3 col = vec3(0);
    if (kind == 3) {  // strands: Kajiya-Kay
        for (int i = 0; i < 3; i++) {
            float d = dot(N, Ld[i]), v = dot(N, V);
            float s = sqrt(max(0., 1. - d * d)), sv = sqrt(max(0., 1. - v * v));
            float k = gloss * pow(max(0., s * sv - d * v), sharpness);
            col += (alb * s * .55 + k) * Lc[i] * (i == 0 ? lit : 1.);
        }
        col += alb * ambient(V) * .9;
    } else {
        for (int i = 0; i < 3; i++) {
            float d = (dot(N, Ld[i]) + wrap) / (1. + wrap);
            float k = pow(max(dot(N, normalize(Ld[i] + V)), 0.), sharpness) * sp;
            col += (alb * max(d, 0.) + k * max(sign(d), 0.) * .5) * Lc[i] * (i == 0 ? lit : 1.);
        }
        float rim = pow(1. - max(dot(N, V), 0.), 4.);
        col += alb * ambient(N) * ao + (rim * sp * .4 + .25 * max(sp - .5, 0.)) * ambient(reflect(-V, N));
    }
    col *= exposure;
    picture_out = vec4(pow(clamp(col / (col * .35 + .8), 0., 1.), vec3(1. / 2.2)), 1);
    part_out = vec4(part / 255., 0, 0, 1);
}"""

FRAGMENT = (
    """#version 330
in vec3 w; in vec3 n; in vec3 r; in vec3 f; flat in float part; in vec4 lp;
layout(location=0) out vec4 picture_out; layout(location=1) out vec4 part_out;
uniform int kind; uniform vec3 ca, cb, cc; uniform vec4 pattern; uniform vec4 print_;
uniform float seed, bump, bump_scale, gloss, sharpness, exposure; uniform vec2 thin;
uniform vec3 trim, eye;
uniform vec3 SH[9]; uniform vec3 Ld[3]; uniform vec3 Lc[3];
uniform sampler2D shadow; uniform sampler2DArray textures;
"""
    + _NOISE
    + _CLOTH
    + _MAIN
)
